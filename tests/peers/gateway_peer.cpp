// Lets a script use the gateway's clients: commands as lines of JSON on standard input, one answer per line on standard output.
//   gateway_peer mcp-http URL [VERSION]           {"call": NAME, "arguments": {…}}
//   gateway_peer mcp-stdio VERSION COMMAND…       the same; VERSION `auto`: the newest
//   gateway_peer chroma URL COLLECTION EMBEDDER   {"open": true}  {"load": [DOCUMENT…]}  {"mirror": [DOCUMENT…]}  {"remove": [ID…]}  {"ask": QUESTION}
//   gateway_peer pgvector CONNECTION TABLE EMBEDDER
//   gateway_peer metrics                          no commands: what Prometheus is told of one call, once
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/limit.hpp"
#include "antiphon/gateway/knowledge/knowledge_tool.hpp"
#include "antiphon/gateway/metrics/metrics.hpp"
#include "antiphon/gateway/tools/mcp/mcp_tools.hpp"
#include "antiphon/gateway/tools/router.hpp"
#include "antiphon/providers/embed/registry.hpp"

using namespace antiphon;  // NOLINT: a program
using namespace antiphon::gateway;

namespace {

struct World {
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  std::unique_ptr<net::HttpClient> http = net::make_http_client(runtime);

  template <class T>
  T run(Task<T> task) {
    detail::Outcome<T> outcome;
    asio::co_spawn(context, detail::run_into(&outcome, std::move(task), std::make_shared<detail::StopState>()), [this](std::exception_ptr) { context.stop(); });
    context.restart();
    context.run();
    return outcome.take();
  }
  Deadline soon() { return Deadline::after(clock, std::chrono::seconds(60)); }
};

void say(const json::value& value) { std::cout << json::serialize(value) << std::endl; }

void serve_tools(World& world, McpOptions options) {
  options.name = "peer";
  options.rules.deadline = std::chrono::seconds(20);
  ToolRouter router(world.runtime);
  router.add(mcp_tools(std::move(options), *world.http, world.runtime));
  json::array notices, tools;
  for (const auto& notice : world.run(router.start(world.soon()))) notices.emplace_back(notice);
  for (const auto& tool : router.declarations().tools()) tools.emplace_back(tool.name);
  say(json::object{{"tools", tools}, {"notices", notices}});
  for (std::string line; std::getline(std::cin, line);) {
    const auto command = parse_json(line);
    const auto* arguments = find(command, "arguments");
    const auto result =
        world.run(router.call({"1", find_string(command, "call").value_or(""), arguments ? json::serialize(*arguments) : "{}"}, {}, world.soon()));
    say(json::object{{"ok", result.ok}, {"data", result.data}, {"error", result.error}});
  }
  world.run(router.close());
}

json::value obey(World& world, KnowledgeBase& base, const json::value& command) {
  if (const auto* list = find(command, "load")) return world.run(base.load(parse_documents(json::serialize(*list), "load"), world.soon()));
  if (const auto* list = find(command, "mirror")) return world.run(base.mirror(parse_documents(json::serialize(*list), "mirror"), world.soon()));
  if (find(command, "open")) return world.run(base.open(world.soon()));
  if (const auto* list = find(command, "remove")) {
    std::vector<std::string> ids;
    for (const auto& id : list->as_array()) ids.emplace_back(id.as_string());
    world.run(base.remove(std::move(ids), world.soon()));
    return nullptr;
  }
  return to_json(world.run(base.answer(find_string(command, "ask").value_or(""), world.soon())));
}

void serve_knowledge(World& world, std::shared_ptr<KnowledgeStore> store, const std::string& embedder) {
  KnowledgeBase base(world.runtime, std::move(store), EmbedderRegistry().open(ModelSettings(embedder)), {.threshold = 0.0});
  for (std::string line; std::getline(std::cin, line);) {
    try {
      say(obey(world, base, parse_json(line)));
    } catch (const Error& error) {
      say(json::object{{"error", error.message()}, {"kind", to_string(error.kind())}});
    }
  }
}

void show_metrics() {
  using std::chrono::milliseconds;
  GatewayMetrics metrics(100);
  metrics.expect_tools({"order_status"});
  metrics.note(CallBegan{.caller_id = "somebody", .locale = "en-US"});
  metrics.note(TurnBegan{.turn = 1, .text = "where is my order", .asr = milliseconds(300)});
  metrics.note(AudioRecognised{milliseconds(7)});
  metrics.note(ModelAnswered{.turn = 1, .took = milliseconds(800)});
  metrics.note(ToolAnswered{.turn = 1, .name = "order_status"});
  metrics.note(SentenceSpoken{.turn = 1, .first_sample = milliseconds(120)});
  metrics.note(BargedIn{.turn = 1});
  metrics.note(StageFailed{"tts", "no voice"});
  metrics.note(TurnEnded{.turn = 1, .latency = {.total = milliseconds(740)}});
  metrics.note(CallEscalated{EscalationReason::human_requested});
  metrics.note(CallEnded{.why = CallEnd::escalated, .turns = 1});
  std::cout << metrics.text();
}

int serve(const std::vector<std::string>& words) {
  const auto& what = words.at(0);
  if (what == "metrics") {
    show_metrics();
    return 0;
  }
  World world;
  if (what == "mcp-http") {
    serve_tools(world, {.url = words.at(1), .version = words.size() > 2 ? words[2] : ""});
  } else if (what == "mcp-stdio") {
    McpOptions options{.version = words.at(1) == "auto" ? "" : words[1]};
    options.process.argv.assign(words.begin() + 2, words.end());
    serve_tools(world, std::move(options));
  } else if (what == "chroma") {
    serve_knowledge(world, chroma_store(*world.http, {.url = words.at(1), .collection = words.at(2)}), words.at(3));
  } else {
    serve_knowledge(world, pgvector_store(world.runtime, {.connection = words.at(1), .table = words.at(2)}), words.at(3));
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return serve({words + 1, words + count});
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
