#include "antiphon/adapters/session/session_link.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/adapters/process_ending.hpp"
#include "antiphon/base/beside.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view place_holder = "{address}";
constexpr auto stop_grace = 3s;
constexpr auto look_again = 50ms;

bool is_address(std::string_view text) { return text.starts_with("ws://") || text.starts_with("wss://"); }

/// An address without a path is that of the sessions there.
std::string with_path(const std::string& url) {
  const auto host = url.find("://") + 3, end = std::min(url.find_first_of("/?#", host), url.size());
  if (end == host || (end < url.size() && url[end] == '/')) return url;
  return url.substr(0, end) + "/session" + url.substr(end);
}

net::HostPort place_in(const std::string& text, std::string_view what) {
  try {
    return net::parse_host_port(text, what);
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, error.message()).with_hint(error.hint());
  }
}

// Once the program has failed nobody will come any more. One that ended well may have left somebody who listens.
Task<> stop_when_it_fails(net::Process& process, Clock& clock, Stoppable& waiting) {
  while (process.exit_status().value_or(0) == 0) co_await clock.sleep_for(look_again);
  waiting.stop();
}

// Nor somebody who dials once it has ended at all.
Task<> stop_when_it_ends(net::Process& process, Clock& clock, Stoppable& waiting) {
  while (!process.exit_status()) co_await clock.sleep_for(look_again);
  waiting.stop();
}

}  // namespace

std::string websocket_url_of(const SessionAgentOptions& options) {
  if (is_address(options.connect)) return with_path(options.connect);
  return options.token.empty() ? std::string() : fmt::format("ws://{}/session", options.connect);
}

void check_session_options(const SessionAgentOptions& options) {
  if (!options.connect.empty() && !options.listen.empty())
    throw Error(ErrorKind::configuration, "a session is either connected to or listened for").with_hint("leave out `connect` or `listen`");
  if (options.connect.empty() && options.listen.empty() && options.run.empty())
    throw Error(ErrorKind::configuration, "a session needs to be told where the agent is")
        .with_hint("give `connect: HOST:PORT`, `listen: HOST:PORT` or `run: [PROGRAM, …]`");
  if (!options.listen.empty()) {
    const auto place = place_in(options.listen, "listen");
    if (!net::is_loopback(place.host))
      throw Error(ErrorKind::configuration, fmt::format("an agent that dials {} would do so over plain TCP, which stays on this machine", options.listen))
          .with_hint("listen on 127.0.0.1");
    if (!options.token.empty()) throw Error(ErrorKind::configuration, "agents that dial bring no token").with_hint("leave out `token`");
  }
  if (options.connect.empty() || is_address(options.connect)) return;
  const auto place = place_in(options.connect, "connect");
  if (options.token.empty() && !net::is_loopback(place.host))
    throw Error(ErrorKind::configuration, fmt::format("{} may be another machine: a session over plain TCP stays on this one", options.connect))
        .with_hint("use its WebSocket: `connect: \"wss://HOST/session\"` with a `token`");
}

void SessionLink::start_program(const std::string& address) {
  if (options_.run.empty()) return;
  auto argv = options_.run;
  for (auto& word : argv)
    for (std::size_t at = 0; (at = word.find(place_holder, at)) != std::string::npos; at += address.size()) word.replace(at, place_holder.size(), address);
  auto env = options_.env;
  env.emplace("ANTIPHON_SESSION_ADDRESS", address);
  if (simulation_) env.insert_or_assign(std::string(session::dispatch_variable), session::dispatch_text(*simulation_));
  try {
    process_ = net::start_process(runtime_, {.argv = std::move(argv), .directory = options_.directory, .env = std::move(env), .pipe_stdio = false});
  } catch (const Error& error) {
    throw agent_error(error);
  }
}

std::unique_ptr<session::SessionTransport> SessionLink::dial() const {
  const auto url = websocket_url_of(options_);
  if (url.empty()) return session::dial_stream(runtime_, place_in(options_.connect, "connect"));
  net::Headers headers;
  if (simulation_) headers.emplace_back(session::dispatch_header, session::dispatch_header_value(*simulation_));
  return session::dial_websocket(runtime_, url, options_.token, options_.tls, std::move(headers));
}

Task<std::unique_ptr<session::SessionTransport>> SessionLink::accept(net::TcpListener& listener, Deadline deadline) {
  std::unique_ptr<net::ByteStream> stream;
  std::optional<Error> failure;
  try {
    if (process_) {
      Stoppable racing;
      stream = co_await beside(stop_when_it_ends(*process_, runtime_.clock, racing), racing.run(listener.accept(deadline)));
    } else {
      stream = co_await listener.accept(deadline);
    }
  } catch (const Error& error) {
    failure = error;
  } catch (const boost::system::system_error&) {
    if (!process_ || !process_->exit_status()) throw;
    failure = Error(ErrorKind::closed, "");
  }
  if (!failure) co_return session::over_stream(runtime_, std::move(stream));
  if (process_ && process_->exit_status()) throw co_await explained(std::move(*failure));
  throw Error(failure->kind(), fmt::format("no agent connected to port {} in time", listener.port()))
      .with_party(Party::agent)
      .with_hint("start it with the address that it is to dial, such as `console --connect-addr HOST:PORT`");
}

Task<Error> SessionLink::explained(Error error) {
  if (!process_) co_return agent_error(error);
  co_await runtime_.clock.sleep_for(look_again);  // what it died of may be there a moment after its connection is lost
  if (!process_->exit_status()) co_return agent_error(error);
  const auto ending = co_await ending_of(*process_, runtime_.clock);
  co_return Error(ErrorKind::closed,
                  fmt::format("the agent's process {} {} instead of answering{}", quote(options_.run.front()), ending.how, told_last_words(ending)))
      .with_party(Party::agent);
}

// Where nobody listens, somebody may be about to; not for long, unless it is us who have started them.
void SessionLink::tried(const Error& error) {
  if (on_retry_) on_retry_(error);
  const auto waited = runtime_.clock.now() - dialled_;
  if (error.kind() != ErrorKind::refused || process_ || waited < options_.refused_timeout) return;
  given_up_ = Error(error.kind(), fmt::format("{} (tried for {})", error.message(), format_duration(waited)))
                  .with_hint("start the agent first, or let it be started (`run: [PROGRAM, …]`); a longer `connect_timeout` waits for it");
  waiting_.stop();
}

Task<> SessionLink::until_ready(Deadline deadline) {
  dialled_ = runtime_.clock.now();
  auto ready = waiting_.run(remote_->wait_for_ready(deadline.left(runtime_.clock)));
  try {
    if (process_)
      co_await beside(stop_when_it_fails(*process_, runtime_.clock, waiting_), std::move(ready));
    else
      co_await std::move(ready);
  } catch (const boost::system::system_error&) {
    if (!waiting_.stopped()) throw;
    if (!given_up_) given_up_ = Error(ErrorKind::closed, "");  // its program's end says more
  }
  if (given_up_) throw Error(*given_up_);
}

Task<> SessionLink::wait_until_ready(Deadline deadline) {
  std::optional<Error> failure;
  try {
    co_await until_ready(deadline);
    ready_ = true;
    co_await remote_->update_io(session::IoChange::text_only(), deadline.left(runtime_.clock));
  } catch (const session::SessionError&) {
    // a host that cannot switch its sound off plays it to nobody
  } catch (const Error& error) {
    failure = error;
  }
  if (failure) throw co_await explained(std::move(*failure));
}

Task<> SessionLink::open(std::function<void(const session::SessionEvent&)> on_event, net::TcpListener* listener, Deadline deadline,
                         std::function<void(const Error&)> on_retry) {
  deadline = deadline.sooner(Deadline::after(runtime_.clock, options_.connect_timeout));
  std::unique_ptr<session::SessionTransport> transport;
  if (!options_.connect.empty()) {
    start_program(options_.connect);
    transport = dial();
  } else {
    if (!listener) {
      listener_ = net::listen_tcp(runtime_, options_.listen.empty() ? net::HostPort{"127.0.0.1", 0} : place_in(options_.listen, "listen"));
      listener = listener_.get();
    }
    const auto host = options_.listen.empty() ? std::string("127.0.0.1") : place_in(options_.listen, "listen").host;
    start_program(net::HostPort{host, listener->port()}.text());
    transport = co_await accept(*listener, deadline);
  }
  on_retry_ = std::move(on_retry);
  remote_.emplace(runtime_, std::move(transport),
                  session::RemoteSessionOptions{.on_retry = [this](const Error& error) { tried(error); }, .on_event = std::move(on_event)});
  co_await wait_until_ready(deadline);
}

Task<> SessionLink::close() {
  if (remote_) co_await remote_->close();
  if (listener_) listener_->close();
  if (process_) co_await process_->stop(stop_grace);
}

}  // namespace antiphon
