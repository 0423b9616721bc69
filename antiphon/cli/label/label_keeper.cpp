#include "antiphon/cli/label/label_keeper.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/cli/stored_batches.hpp"

namespace antiphon::cli {

namespace {

class StoredLabels final : public LabelKeeper {
 public:
  explicit StoredLabels(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  std::vector<Label> all() override { return store_->labels(); }
  std::size_t add(const std::vector<Label>& labels) override { return store_->add_labels(labels); }
  std::string name() const override { return "the store"; }

 private:
  std::unique_ptr<Store> store_;
};

class LabelsInFile final : public LabelKeeper {
 public:
  LabelsInFile(std::string path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

  std::vector<Label> all() override { return exists() ? read_labels(path_).labels : std::vector<Label>(); }

  // What stands there stays as it is: somebody may have it under version control.
  std::size_t add(const std::vector<Label>& labels) override {
    const auto fresh = new_labels(all(), labels);
    if (fresh.empty()) return 0;
    auto text = exists() ? read_file(path_) : std::string();
    if (text.empty()) text = label_lines({});
    if (!text.ends_with('\n')) text += '\n';
    const auto lines = label_lines(fresh);
    text += lines.substr(lines.find('\n') + 1);
    require_lines(text);
    write_file_atomically(path_, text);
    return fresh.size();
  }
  std::string name() const override { return name_; }

 private:
  bool exists() const {
    std::error_code ignored;
    return std::filesystem::exists(path_, ignored);
  }

  void require_lines(const std::string& text) const {
    try {
      parse_labels(text, name_);
    } catch (const Error&) {
      throw Error(ErrorKind::usage, fmt::format("nothing can be added to {}: it is one JSON object", name_))
          .with_hint(fmt::format("antiphon label import {} --labels labels.jsonl", name_));
    }
  }

  std::string path_;
  std::string name_;
};

}  // namespace

std::unique_ptr<LabelKeeper> open_labels(const std::string& file, const std::string& store_flag, const Environment& environment) {
  if (!file.empty()) return std::make_unique<LabelsInFile>(environment.path(file), file);
  return std::make_unique<StoredLabels>(open_store(store_flag, environment, StoreAccess::write));
}

}  // namespace antiphon::cli
