#include "antiphon/providers/embed/remote/remote.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/providers/embed/remote/wire.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"

namespace antiphon::embed {

namespace {

constexpr std::size_t most_texts = 128;  // in one request; vendors allow more, local servers often not

Error leaving(const RemoteModel& model, const Error& error, int tried) {
  auto message = error.message().starts_with(model.name) ? error.message() : fmt::format("{}: {}", model.name, error.message());
  if (tried > 1) message += fmt::format(" (after {} tries)", tried);
  auto plain = Error(error.kind(), wire::masked(std::move(message), model.endpoint.key)).with_hint(error.hint()).with_party(Party::provider);
  return error.status() ? Error(std::move(plain).with_status(*error.status())) : Error(std::move(plain));
}

Task<Embedded> ask_once(const RemoteModel& model, const std::vector<std::string>& texts, net::HttpClient& http, Deadline deadline) {
  const auto& to = model.endpoint;
  net::HttpRequest request{.url = to.base_url + "/embeddings", .headers = {{"content-type", "application/json"}}};
  if (!to.key.empty()) request.headers.emplace_back("authorization", "Bearer " + to.key);
  request.body = request_body(to.model, texts, model.extra);
  const auto reply = co_await http.send(std::move(request), deadline);
  if (reply.status >= 400)
    throw wire::failure(reply, {.model = model.name, .url = to.base_url, .key = to.key, .key_variable = to.key_variable}, std::chrono::system_clock::now());
  co_return parse_reply(reply.body, texts.size());
}

Task<> ask_in_parts(const RemoteModel& model, const std::vector<std::string>& texts, net::HttpClient& http, Clock& clock, Deadline deadline, Embedded* all) {
  for (std::size_t at = 0; at < texts.size(); at += most_texts) {
    const auto end = std::min(texts.size(), at + most_texts);
    auto part = co_await ask(model, {texts.begin() + static_cast<std::ptrdiff_t>(at), texts.begin() + static_cast<std::ptrdiff_t>(end)}, http, clock, deadline);
    std::move(part.vectors.begin(), part.vectors.end(), std::back_inserter(all->vectors));
    all->usage += part.usage;
  }
}

}  // namespace

Task<Embedded> ask(const RemoteModel& model, std::vector<std::string> texts, net::HttpClient& http, Clock& clock, Deadline deadline) {
  RandomStream jitter(0, std::array<std::string_view, 2>{model.name, "embedding retry"});
  for (int tried = 1;; ++tried) {
    std::optional<Error> failed;
    try {
      co_return co_await ask_once(model, texts, http, deadline);
    } catch (const Error& error) {
      failed = error;
    }
    const auto wait = wait_after(*failed, tried, jitter.uniform(), model.retry);
    if (!wait || *wait >= deadline.left(clock)) throw leaving(model, *failed, tried);
    co_await clock.sleep_for(*wait);
  }
}

Embedded RemoteEmbedder::embed(const std::vector<std::string>& texts, Duration limit, std::stop_token stop) {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  auto stoppable = std::make_shared<Stoppable>();
  Embedded embedded;
  detail::Outcome<void> outcome;
  auto work = ask_in_parts(model_, texts, *http, clock, Deadline::after(clock, limit), &embedded);
  asio::co_spawn(context, detail::run_into(&outcome, stoppable->run(std::move(work)), std::make_shared<detail::StopState>()), asio::detached);
  const std::stop_callback stopping(stop, [&context, stoppable] { asio::post(context, [stoppable] { stoppable->stop(); }); });
  context.run();
  if (stop.stop_requested() && outcome.error) throw Error(ErrorKind::cancelled, model_.name + ": stopped");
  outcome.take();
  return embedded;
}

}  // namespace antiphon::embed
