#include "antiphon/gateway/config/spoken_locales.hpp"

#include <utility>

namespace antiphon::gateway {

LocaleChoice default_locale(const PolicyBook& book, std::string_view wanted) {
  std::vector<std::string> all{book.require({})};
  for (auto& name : book.locales()) all.push_back(std::move(name));
  auto choice = choose_locale(all, wanted);
  // A policy may know a language without any place, which is in no list.
  return choice.match == LocaleChoice::Match::none ? LocaleChoice{book.require(wanted)} : choice;
}

std::vector<std::string> spoken_locales(const PolicyBook& book, std::string_view wanted) {
  std::vector<std::string> all{default_locale(book, wanted).locale};
  for (auto& name : book.locales())
    if (name != all.front()) all.push_back(std::move(name));
  return all;
}

}  // namespace antiphon::gateway
