#pragma once

#include <string>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon::gateway {

/// What the knowledge base is made of.
struct Document {
  std::string id{};  ///< its path in the folder that was read, or as its list has it
  std::string text{};
  json::object metadata{};
};

struct DocumentsRead {
  std::vector<Document> documents{};   ///< by id
  std::vector<std::string> notices{};  ///< what was left out, and why
};

/// Reads a file, or all `.md`, `.txt` and `.json` files of a folder and the folders in it; names that begin with a dot are passed over.
///
/// A JSON file is a list of `{"id", "text", "metadata"?}`, or one of them. Two documents with one id are a mistake.
/// @throws Error not_found for a path that is not there; configuration, naming file and entry, for JSON that is no list of documents; too_large.
DocumentsRead read_documents(const std::string& path);

/// The same from the text of one JSON file. @throws Error configuration.
std::vector<Document> parse_documents(std::string_view text, const std::string& file);

/// A part of a document that is found and shown as one.
struct Chunk {
  std::string id{};        ///< the document's, `#` and a number
  std::string document{};  ///< id
  int position = 0;        ///< counts from 0
  std::string heading{};   ///< headings above it, outermost first: `Returns > Refunds`
  std::string text{};
  json::object metadata{};  ///< the document's
};

/// How documents are cut. Words are runs of characters that are no white space.
struct ChunkRules {
  std::size_t most_words = 120;    ///< of one chunk; a single longer sentence is cut
  std::size_t overlap_words = 20;  ///< that a chunk repeats of the one before, in whole sentences: an answer may lie across the cut
};

/// Cuts at headings of Markdown first, then between sentences. Deterministic; empty for a document without text.
std::vector<Chunk> chunks_of(const Document& document, const ChunkRules& rules = {});

}  // namespace antiphon::gateway
