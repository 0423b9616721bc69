#include "antiphon/gateway/tools/function_tool.hpp"

namespace antiphon::gateway {

namespace {

using Work = std::function<Task<json::value>(ToolInvocation, Deadline)>;

class FunctionTool final : public ToolProvider {
 public:
  FunctionTool(ToolEntry entry, Work work) : name_("function " + entry.tool.name), entry_(std::move(entry)), work_(std::move(work)) {}
  const std::string& name() const override { return name_; }
  std::vector<ToolEntry> tools() const override { return {entry_}; }
  Task<json::value> call(ToolInvocation invocation, Deadline deadline) override { return work_(std::move(invocation), deadline); }

 private:
  std::string name_;
  ToolEntry entry_;
  Work work_;
};

using BlockingWork = std::function<json::value(const ToolInvocation&, std::stop_token)>;

class BlockingFunctionTool final : public ToolProvider {
 public:
  BlockingFunctionTool(Runtime& runtime, ToolEntry entry, BlockingWork work)
      : runtime_(runtime), name_("function " + entry.tool.name), entry_(std::move(entry)), work_(std::move(work)) {}
  const std::string& name() const override { return name_; }
  std::vector<ToolEntry> tools() const override { return {entry_}; }
  Task<json::value> call(ToolInvocation invocation, Deadline deadline) override {
    std::function<json::value(std::stop_token)> work = [work = work_, invocation = std::move(invocation)](std::stop_token stop) {
      return work(invocation, stop);
    };
    co_return co_await at_most(runtime_.clock, deadline, runtime_.blocking.run<json::value>(runtime_.clock, std::move(work)),
                               Error(ErrorKind::timeout, "it did not end in time"));
  }

 private:
  Runtime& runtime_;
  std::string name_;
  ToolEntry entry_;
  BlockingWork work_;
};

}  // namespace

std::shared_ptr<ToolProvider> function_tool(ToolEntry entry, Work work) { return std::make_shared<FunctionTool>(std::move(entry), std::move(work)); }

std::shared_ptr<ToolProvider> blocking_function_tool(Runtime& runtime, ToolEntry entry, BlockingWork work) {
  return std::make_shared<BlockingFunctionTool>(runtime, std::move(entry), std::move(work));
}

}  // namespace antiphon::gateway
