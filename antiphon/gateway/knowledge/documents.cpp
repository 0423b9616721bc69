#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/knowledge/document.hpp"

namespace antiphon::gateway {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{16} << 20;
constexpr std::size_t longest_id = 512;

[[noreturn]] void refuse(const std::string& file, const std::string& what) {
  throw Error(ErrorKind::configuration, fmt::format("{}: {}", file, what)).with_hint(R"(write a list of {"id": "…", "text": "…", "metadata": {…}})");
}

Document document_in(const json::value& value, const std::string& file, std::size_t index) {
  const auto place = fmt::format("entry {}", index + 1);
  if (!value.is_object()) refuse(file, place + " is no object");
  auto id = find_string(value, "id");
  auto text = find_string(value, "text");
  if (!id || id->empty()) refuse(file, place + " has no id");
  if (id->size() > longest_id) refuse(file, fmt::format("the id of {} has over {} bytes", place, longest_id));
  if (!text) refuse(file, fmt::format("{} ({}) has no text", place, quote(cut(*id, 60))));
  Document document{.id = std::move(*id), .text = std::move(*text)};
  const auto* metadata = find(value, "metadata");
  if (metadata && !metadata->is_null()) {
    if (!metadata->is_object()) refuse(file, fmt::format("the metadata of {} is no object", place));
    document.metadata = metadata->get_object();
  }
  return document;
}

std::vector<Document> documents_of(const fs::path& path, const std::string& id, std::vector<std::string>& notices) {
  auto text = read_file(path.string(), largest_file);
  if (path.extension() == ".json") return parse_documents(text, path.string());
  if (!is_utf8(text)) {
    notices.push_back(fmt::format("{} is not UTF-8: what is none was replaced", path.string()));
    text = repair_utf8(text);
  }
  return {Document{.id = id, .text = std::move(text)}};
}

bool is_ours(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".md" || extension == ".txt" || extension == ".json";
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator(); ++at) {
    if (at->path().filename().string().starts_with('.')) {
      at.disable_recursion_pending();
      continue;
    }
    if (at->is_regular_file() && is_ours(at->path())) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<Document> parse_documents(std::string_view text, const std::string& file) {
  const auto value = [&] {
    try {
      return parse_json(text);
    } catch (const Error& error) {
      refuse(file, error.message());
    }
  }();
  std::vector<Document> documents;
  if (!value.is_array()) return {document_in(value, file, 0)};
  for (std::size_t i = 0; i < value.get_array().size(); ++i) documents.push_back(document_in(value.get_array()[i], file, i));
  return documents;
}

DocumentsRead read_documents(const std::string& path) {
  DocumentsRead read;
  std::set<std::string> ids;
  const auto take = [&](const fs::path& file, const std::string& id) {
    for (auto& document : documents_of(file, id, read.notices)) {
      if (!ids.insert(document.id).second) refuse(file.string(), fmt::format("the id {} stands for two documents", quote(document.id)));
      if (trim(document.text).empty())
        read.notices.push_back(fmt::format("{} has no text and was left out", quote(document.id)));
      else
        read.documents.push_back(std::move(document));
    }
  };
  try {
    if (!fs::exists(path)) throw Error(ErrorKind::not_found, fmt::format("there is no file or folder {}", path));
    if (!fs::is_directory(path))
      take(path, fs::path(path).filename().string());
    else
      for (const auto& file : files_in(path)) take(file, fs::relative(file, path).generic_string());
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io, fmt::format("cannot read {}: {}", path, error.code().message()));
  }
  std::sort(read.documents.begin(), read.documents.end(), [](const Document& a, const Document& b) { return a.id < b.id; });
  return read;
}

}  // namespace antiphon::gateway
