#include <algorithm>
#include <map>
#include <tuple>

#include "antiphon/gateway/knowledge/knowledge_store.hpp"

namespace antiphon::gateway {

std::vector<KnowledgeHit> fuse(std::vector<KnowledgeHit> by_meaning, std::vector<KnowledgeHit> by_words, std::size_t n) {
  constexpr double constant = 60;
  struct Fused {
    KnowledgeHit hit;
    std::size_t order = 0;
    double score = 0;
  };
  std::vector<Fused> all;
  std::map<std::string, std::size_t> places;
  for (auto* list : {&by_meaning, &by_words}) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto [place, fresh] = places.try_emplace((*list)[i].chunk.id, all.size());
      if (fresh) all.push_back({std::move((*list)[i]), all.size()});
      all[place->second].score += 1 / (constant + static_cast<double>(i) + 1);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const Fused& a, const Fused& b) { return std::tuple(-a.score, -a.hit.similarity, a.order) < std::tuple(-b.score, -b.hit.similarity, b.order); });
  std::vector<KnowledgeHit> best;
  for (std::size_t i = 0; i < std::min(n, all.size()); ++i) best.push_back(std::move(all[i].hit));
  return best;
}

}  // namespace antiphon::gateway
