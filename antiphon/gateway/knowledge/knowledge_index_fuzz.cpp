// A file that is no index, or a damaged one, is refused with an Error or searched: never a crash. The first four bytes say where an index is damaged, the
// rest with what.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>

#include <unistd.h>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/files.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/gateway/knowledge/knowledge_store.hpp"

namespace {

using namespace antiphon;  // NOLINT: a program
using namespace antiphon::gateway;

struct World {
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};

  template <class T>
  void run(Task<T> task) {
    detail::Outcome<T> outcome;
    asio::co_spawn(context, detail::run_into(&outcome, std::move(task), std::make_shared<detail::StopState>()), [](std::exception_ptr) {});
    context.restart();
    context.run();
    outcome.take();
  }
};

std::string path() { return fmt::format("{}/knowledge_index_fuzz.{}", std::filesystem::temp_directory_path().string(), ::getpid()); }

void clean_up() {
  for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(path() + end);
}

std::string whole_index() {
  clean_up();
  World world;
  {
    const auto store = local_store(world.runtime, path());
    IndexedDocument document{.id = "d", .digest = "x"};
    for (int i = 0; i < 20; ++i)
      document.chunks.push_back(
          {.chunk = {.id = fmt::format("d#{}", i), .document = "d", .position = i, .heading = "Returns", .text = fmt::format("Part {} of the text.", i)},
           .vector = Embedding{0.6F, 0.8F, static_cast<float>(i)}});
    world.run(store->upsert({document}, "letters", Deadline::never()));
  }
  return read_file(path());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::string whole = whole_index();
  std::uint32_t place = 0;
  if (size < sizeof place) return 0;
  std::memcpy(&place, bytes, sizeof place);
  std::string damaged = whole;
  for (std::size_t i = sizeof place; i < size; ++i) damaged[(place + i) % damaged.size()] = static_cast<char>(bytes[i]);
  clean_up();
  write_file_atomically(path(), damaged);
  World world;
  try {
    const auto store = local_store(world.runtime, path());
    world.run(store->state(Deadline::never()));
    world.run(store->search("part of the text", {0.6F, 0.8F, 1}, 3, Deadline::never()));
    world.run(store->contents(Deadline::never()));
  } catch (const Error&) {
    // refused
  }
  clean_up();
  return 0;
}
