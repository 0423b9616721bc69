// Conversations of the gym with a platform and a backend of other processes, for bench/gym/run.sh.
//
// `bench_gym backend PORT` answers webhooks with fixed words; `bench_gym text URL SOCKET` a conversation of two typed lines, a hundred times, one after the
// other; `bench_gym speech URL SOCKET CALLS` spoken ones, all at once. What is said is made beforehand.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/client.hpp"
#include "antiphon/net/http.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;
using namespace std::chrono_literals;

constexpr std::string_view answer = "Your parcel left our house on Monday morning and will be with you on Thursday.";

Task<> answer_webhook(const net::ServerRequest& request, net::ServerReply& reply) {
  const auto hook = try_parse_json(request.body);
  const auto type = hook ? find_string(*hook, "type").value_or("") : "";
  if (type != "session.start" && type != "message") co_return co_await reply.reply({200, {{"content-type", "application/json"}}, "{}"});
  const auto turn = find_string(*hook, "turn_id").value_or("");
  const auto event = [&](json::object body) {
    body["turn_id"] = turn;
    return "data: " + json::serialize(body) + "\n\n";
  };
  const std::string_view words = type == "message" ? answer : "Hello, this is the desk.";
  co_await reply.reply(
      {200, {{"content-type", "text/event-stream"}}, event({{"type", "response.tts"}, {"content", words}}) + event({{"type", "response.end"}})});
}

void serve(std::uint16_t port) {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto server = net::listen_http(runtime, {.port = port}, answer_webhook);
  fmt::print("listening on 127.0.0.1:{}\n", server->port());
  std::fflush(stdout);
  asio::co_spawn(context, server->serve(), [](std::exception_ptr) {});
  context.run();
}

gym::Settings settings_for(const char* url, const char* socket) {
  gym::Settings settings;
  settings.server_url = url, settings.websocket_url = socket, settings.agent_id = "bench";
  settings.tts_voice = "flite/slt";
  settings.output_root = (std::filesystem::temp_directory_path() / fmt::format("antiphon-bench-gym-{}", ::getpid())).string();
  return settings;
}

void require(const std::vector<gym::ConversationLog>& logs, std::size_t turns) {
  for (const auto& log : logs)
    if (!log.end.is_regular() || log.turns.size() != turns || !log.turns.back().agent_message)
      throw Error(ErrorKind::internal, fmt::format("a conversation of {} turns: {} {}", log.turns.size(), log.end.reason, log.end.message));
}

double percentile(std::vector<double> values, double p) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
}

void by_text(const gym::Settings& settings) {
  const gym::LayercodeClient client(gym::UserSimulator::from_text({"Where is my parcel?", "Thank you, goodbye."}, true), settings);
  std::vector<double> took;
  for (int i = 0; i < 100; ++i) {
    const bench::Meter meter;
    require(gym::run_conversations({client}), 3);
    took.push_back(meter.wall_s() * 1e3);
  }
  bench::report("gym: a conversation of two typed lines, with platform and backend, p50, p99",
                fmt::format("{:.1f} ms, {:.1f} ms", percentile(took, 0.5), percentile(took, 0.99)), "50 ms beyond the backend's own time");
}

void by_voice(gym::Settings settings, std::size_t calls) {
  settings.conversation_timeout = 5min;
  const gym::LayercodeClient client(
      gym::UserSimulator::from_text({"Where is my parcel? I have been waiting for it since Monday.", "Thank you very much, and goodbye."}), settings);
  require(gym::run_conversations({gym::LayercodeClient(
              gym::UserSimulator::from_text({"Where is my parcel? I have been waiting for it since Monday.", "Thank you very much, and goodbye."}), settings)}),
          3);
  std::vector<double> late;
  gym::BatchOptions options;
  options.parts.late = [&](Duration behind) { late.push_back(to_seconds(behind) * 1e3); };
  const bench::Meter meter;
  require(gym::run_conversations(std::vector<gym::LayercodeClient>(calls, client), {}, std::move(options)), 3);
  const double wall = meter.wall_s();
  const auto what = fmt::format("gym: {} spoken conversations at once, in real time", calls);
  bench::report(what + ": frames late, p50, p99, max",
                fmt::format("{:.2f} ms, {:.2f} ms, {:.1f} ms", percentile(late, 0.5), percentile(late, 0.99), percentile(late, 1)), "p99 under 20 ms");
  bench::report(what + ": CPU of one core", fmt::format("{:.0f} %", 100 * meter.cpu_s() / wall));
  bench::report(what + ": memory per conversation", fmt::format("{:.1f} MB", bench::peak_mb() / static_cast<double>(calls)), "50 MB");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "backend" && argc == 3) return serve(static_cast<std::uint16_t>(std::atoi(argv[2]))), 0;
  if (argc < 4) return std::fputs("usage: bench_gym backend PORT | text URL SOCKET | speech URL SOCKET CALLS\n", stderr), 2;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const auto settings = settings_for(argv[2], argv[3]);
  int code = 0;
  try {
    if (what == "text") by_text(settings);
    if (what == "speech") by_voice(settings, argc > 4 ? static_cast<std::size_t>(std::atoi(argv[4])) : 500);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    code = 1;
  }
  std::filesystem::remove_all(settings.output_root);
  return code;
}
