#include "antiphon/suite/include.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

constexpr std::size_t depth_limit = 16;

Node::Member* find_member(Node& node, std::string_view key) {
  const auto it = std::find_if(node.members.begin(), node.members.end(), [&](const auto& member) { return member.key == key; });
  return it == node.members.end() ? nullptr : &*it;
}

// Both are what the user wrote for one key; lists that add up get the included part first.
void combine_values(const std::string& key, Node& own, Node included) {
  if ((key == "scenarios" || key == "setup") && own.is_sequence() && included.is_sequence()) {
    own.items.insert(own.items.begin(), std::make_move_iterator(included.items.begin()), std::make_move_iterator(included.items.end()));
    return;
  }
  if (key != "defaults" || !own.is_mapping() || !included.is_mapping()) return;
  for (auto& member : included.members)
    if (!own.find(member.key)) own.members.push_back(std::move(member));
}

class Includer {
 public:
  Includer(const Lookup& lookup, std::vector<Problem>& problems) : lookup_(lookup), problems_(problems) {}

  Node complete(Node root) {
    const auto* include = root.find("include");
    if (!include) return root;
    files_.push_back(std::filesystem::path(root.where.file).lexically_normal().string());
    Reader reader;
    Node list = *include;
    expand_variables(list, lookup_, reader.problems());
    if (list.is_scalar()) list = as_list(std::move(list));
    const auto paths = reader.texts(list, "include");
    // From the last to the first, so that what they add stands in the order of the list.
    if (paths)
      for (auto item = list.items.rbegin(); item != list.items.rend(); ++item) add(reader, root, *item);
    std::move(reader.problems().begin(), reader.problems().end(), std::back_inserter(problems_));
    files_.pop_back();
    return root;
  }

 private:
  static Node as_list(Node item) {
    Node list;
    list.kind = Node::Kind::sequence;
    list.where = item.where;
    list.items.push_back(std::move(item));
    return list;
  }

  void add(Reader& reader, Node& root, const Node& item) {
    const auto path = resolve_path(item, item.text);
    if (std::find(files_.begin(), files_.end(), path) != files_.end() || files_.size() >= depth_limit) {
      reader.report(item, fmt::format("{} includes itself", path), "remove this line");
      return;
    }
    Node included;
    try {
      included = complete(read_document(path));
    } catch (const Problems& failed) {
      for (const auto& problem : failed.list()) {
        if (problem.where.line == 0)
          reader.report(item, problem.message, "check the path; it is relative to the file that names it");
        else
          reader.report(problem);
      }
      return;
    }
    if (!included.is_mapping()) {
      reader.report(item, fmt::format("{} holds no part of a suite", path), "name a file with scenarios, defaults, an agent or a setup");
      return;
    }
    for (auto& member : included.members) {
      if (member.key == "antiphon" || member.key == "include" || member.key == "name") continue;
      if (auto* own = find_member(root, member.key))
        combine_values(member.key, own->value, std::move(member.value));
      else
        root.members.push_back(std::move(member));
    }
  }

  const Lookup& lookup_;
  std::vector<Problem>& problems_;
  std::vector<std::string> files_;
};

}  // namespace

Node with_includes(const Node& root, const Lookup& lookup, std::vector<Problem>& problems) { return Includer(lookup, problems).complete(root); }

}  // namespace antiphon::suite
