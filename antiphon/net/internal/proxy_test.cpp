#include "antiphon/net/internal/proxy.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ProxySettings settings(std::map<std::string, std::string> environment) {
  return ProxySettings::from_environment([&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

std::string proxy_for(const ProxySettings& proxies, std::string_view url) {
  const Url* proxy = proxies.proxy_for(parse_url(url));
  return proxy ? proxy->place() : "none";
}

TEST(ProxySettings, EachSchemeHasItsOwnVariable) {
  const auto proxies = settings({{"HTTP_PROXY", "http://plain:3128"}, {"HTTPS_PROXY", "tunnel:8080"}});
  EXPECT_EQ(proxy_for(proxies, "http://host/"), "plain:3128");
  EXPECT_EQ(proxy_for(proxies, "https://host/"), "tunnel:8080");
  EXPECT_EQ(proxy_for(settings({}), "http://host/"), "none");
}

TEST(ProxySettings, LowerCaseWins) { EXPECT_EQ(proxy_for(settings({{"HTTP_PROXY", "upper:1"}, {"http_proxy", "lower:2"}}), "http://host/"), "lower:2"); }

TEST(ProxySettings, NoProxyNamesHostsDomainsAndPorts) {
  const auto proxies = settings({{"HTTP_PROXY", "proxy:1"}, {"NO_PROXY", "one.test, .two.test,*.three.test,four.test:8080"}});
  for (const auto* url : {"http://one.test/", "http://sub.one.test/", "http://a.two.test/", "http://a.three.test/", "http://four.test:8080/"})
    EXPECT_EQ(proxy_for(proxies, url), "none") << url;
  for (const auto* url : {"http://none.test/", "http://notone.test/", "http://four.test/"}) EXPECT_EQ(proxy_for(proxies, url), "proxy:1") << url;
}

TEST(ProxySettings, AStarExemptsAll) { EXPECT_EQ(proxy_for(settings({{"HTTP_PROXY", "proxy:1"}, {"NO_PROXY", "*"}}), "http://host/"), "none"); }

TEST(ProxySettings, LoopbackIsNeverProxied) {
  const auto proxies = settings({{"HTTP_PROXY", "proxy:1"}});
  for (const auto* url : {"http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"}) EXPECT_EQ(proxy_for(proxies, url), "none") << url;
}

TEST(ProxySettings, CredentialsBecomeAFieldAndAreNeverShown) {
  EXPECT_EQ(proxy_authorization(*settings({{"HTTP_PROXY", "http://me:pw@proxy:1"}}).proxy_for(parse_url("http://host/"))), "Basic bWU6cHc=");
  try {
    settings({{"HTTPS_PROXY", "https://me:secret@proxy:1"}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("HTTPS_PROXY"));
    EXPECT_THAT(error.message(), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace antiphon::net
