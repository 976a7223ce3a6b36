// What names, hosts, paths and sizes may do, and what an upstream may answer.
#include "tests/integration/probes.h"

namespace weir::tests {
namespace {

std::string S(const char* text, std::size_t size) { return {text, size}; }
std::string With(const std::string& fields) {
  return "GET /f HTTP/1.1\r\nHost: gw\r\n" + fields + "\r\n\r\n";
}
std::string To(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: gw\r\n\r\n";
}

}  // namespace

std::vector<Probe> FieldProbes() {
  std::vector<Probe> out;
  for (const char* fields :
       {"X: y", "X:y", "X:", "X: \t y \t", "X: \xc3\xa9", "!#$%&'*+-.^_`|~: y",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk",
        "TE: trailers", "Trailer: X", "Keep-Alive: 5", "Proxy-Connection: keep-alive",
        "Connection: host", "Connection: content-length", "Connection: keep-alive, x-a\r\nX-A: b",
        "Expect: 100-continue", "Cookie: a=b\r\nCookie: c=d", "X_Y: z"}) {
    out.push_back({With(fields), Fate::kForwarded, 200, "/f"});
  }
  for (const char* fields : {"X : y",
                             "X\t: y",
                             ": y",
                             " : y",
                             "X",
                             "X y: z",
                             "X: y\r\n z",
                             "X: y\r\n\tz",
                             " X: y",
                             "X: y\rZ: w",
                             "X: y\nZ: w",
                             "X: y\r",
                             "X: \x01",
                             "X: \x7f",
                             "X\x80: y",
                             "\xef\xbb\xbfX: y",
                             "X(a): y",
                             "\"X\": y",
                             "X: y\r\n\rZ: w",
                             "X\r\n: y",
                             "Connection: clo se",
                             "Connection: \"close\"",
                             "Authorization: a\r\nAuthorization: b",
                             "Content-Type: a/b\r\nContent-Type: c/d"}) {
    out.push_back({With(fields), Fate::kRefused, 0});
  }
  out.push_back({With(S("X: \0y", 5)), Fate::kRefused});
  out.push_back({With(S("X\0: y", 5)), Fate::kRefused});
  out.push_back({"GET /f HTTP/1.1\r\n Host: gw\r\n\r\n", Fate::kRefused});
  out.push_back({With("Expect: something"), Fate::kRefused, 417});
  out.push_back({With("Expect: 100-continue\r\nExpect: 100-continue"), Fate::kRefused, 417});
  return out;
}

std::vector<Probe> HostProbes() {
  std::vector<Probe> out;
  const auto host = [](const std::string& lines) {
    return "GET /x HTTP/1.1\r\n" + lines + "\r\n\r\n";
  };
  for (const char* value : {"Host: gw", "Host: GW", "host:gw", "Host: gw:80", "Host: gw.",
                            "Host: gw:", "Host: [::1]", "Host: 127.0.0.1:1"}) {
    out.push_back({host(value), Fate::kForwarded, 200, "/x"});
  }
  for (const char* lines : {"X: y",
                            "Host: a\r\nHost: a",
                            "Host: a\r\nHost: b",
                            "Host: a\r\nhost: a",
                            "Host: a, b",
                            "Host: a b",
                            "Host:",
                            "Host: a/b",
                            "Host: a@b",
                            "Host: a:b",
                            "Host: :80",
                            "Host: :",
                            "Host: a:0",
                            "Host: a:65536",
                            "Host: a:80:80",
                            "Host: a?b",
                            "Host: a#b",
                            "Host: a\\b",
                            "Host: a..b",
                            "Host: .a",
                            "Host: [::1",
                            "Host: ::1",
                            "Host: a%41",
                            "Host: \xc3\xa9",
                            "Host: a\tb",
                            "Host : a",
                            "Host: a\r\n b",
                            "Host: http://a",
                            "Host: a;b"}) {
    out.push_back({host(lines), Fate::kRefused, 0});
  }
  for (const char* target : {"http://gw/x", "HTTP://gw/x", "http://GW/x", "http://other/x",
                             "http://gw:81/x", "http://gw:/x"}) {
    out.push_back({To(target), Fate::kForwarded, 200, "/x"});
  }
  out.push_back({To("http://gw"), Fate::kForwarded, 200, "/"});
  out.push_back({To("http://gw?q"), Fate::kForwarded, 200, "/?q"});
  for (const char* target :
       {"http://:80/x", "http://gw@other/x", "http://other@gw/x", "https://gw/x", "ftp://gw/x",
        "http:///x", "http:/gw/x", "http://gw\\x", "http://gw#/x", "http://gw/x#y", "file:///x",
        "gw/x", "javascript:x"}) {
    out.push_back({To(target), Fate::kRefused, 0});
  }
  return out;
}

std::vector<Probe> PathProbes() {
  std::vector<Probe> out;
  const auto goes = [&](const char* sent, const char* got) {
    out.push_back({To(sent), Fate::kForwarded, 200, got});
  };
  goes("/", "/");
  goes("/a/", "/a/");
  goes("/a/./b", "/a/b");
  goes("/a/../b", "/b");
  goes("/a/b/..", "/a/");
  goes("/../../a", "/a");
  goes("//a", "/a");
  goes("/a//b", "/a/b");
  goes("/a//../b", "/a/b");
  goes("/%61", "/a");
  goes("/%7euser", "/~user");
  goes("/%c3%a9", "/%C3%A9");
  goes("/a%20b", "/a%20b");
  goes("/%2e%2e/a", "/a");
  goes("/a/%2e/b", "/a/b");
  goes("/a/.%2e/b", "/b");
  goes("/admi", "/admi");
  goes("/admins", "/admins");
  goes("/%61dmins", "/admins");
  goes("/a?b;c", "/a?b;c");
  goes("/a?/../admin", "/a?/../admin");
  goes("/a?b?c", "/a?b?c");
  goes("/a?", "/a?");
  goes("/%2561dmin", "/%2561dmin");
  goes("/...", "/...");
  // However it is spelled, the private part stays private.
  for (const char* target : {"/admin",          "/admin/",          "/admin/x",
                             "//admin",         "///admin",         "/./admin",
                             "/a/../admin",     "/%61dmin",         "/%61%64%6d%69%6e",
                             "/admin/%2e",      "/x/%2e%2e/admin",  "/x/..//admin",
                             "/admin/./x",      "/admin//x",        "/admin/x/..",
                             "/..//admin",      "/%2e/admin",       "/admin?x",
                             "http://gw/admin", "http://gw//admin", "http://gw/x/../admin"}) {
    out.push_back({To(target), Fate::kAnswered, 403});
  }
  for (const char* target : {"/a;b=c/d",
                             "/admin;x",
                             "/admin%3bx",
                             "/x/..;/admin",
                             "/x/%2e%2e%3B/admin",
                             "/a%2fb",
                             "/a%2Fb",
                             "/%2fadmin",
                             "/x%2f..%2fadmin",
                             "/a%5cb",
                             "/a%5C..%5Cadmin",
                             "/a\\b",
                             "/\\admin",
                             "/a%00",
                             "/admin%00",
                             "/a%",
                             "/a%4",
                             "/a%zz",
                             "/a%4g",
                             "/a%u0061",
                             "/%",
                             "/a#b",
                             "/a%2",
                             "/%%36%31dmin",
                             "/admin%2f",
                             "/..%2fadmin",
                             "/..%5cadmin",
                             "/%2e%2e%2fadmin"}) {
    out.push_back({To(target), Fate::kRefused, 0});
  }
  return out;
}

std::vector<Probe> LimitProbes() {
  std::string many;
  for (int i = 0; i < 140; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  return {
      {To("/" + std::string(8000, 'a')), Fate::kForwarded, 200, "/" + std::string(8000, 'a')},
      {To("/" + std::string(17000, 'a')), Fate::kRefused, 414},
      {To(std::string(300, '/')), Fate::kForwarded, 200, "/"},
      {With("X: " + std::string(20000, 'y')), Fate::kForwarded, 200, "/f"},
      {With("X: " + std::string(70000, 'y')), Fate::kRefused, 431},
      {With(many + "X: y"), Fate::kRefused, 431},
      {std::string(100, 'M') + " / HTTP/1.1\r\nHost: gw\r\n\r\n", Fate::kRefused, 501},
      {std::string(70000, 'M') + " / HTTP/1.1\r\nHost: gw\r\n\r\n", Fate::kRefused, 501},
      {To("/" + std::string(70000, 'a')), Fate::kRefused, 414},
  };
}

std::vector<AnswerProbe> AnswerProbes() {
  const auto ok = [](const std::string& fields, const std::string& body = "") {
    return "HTTP/1.1 200 OK\r\n" + fields + (fields.empty() ? "" : "\r\n") + "\r\n" + body;
  };
  std::vector<AnswerProbe> out = {
      {ok("Content-Length: 5", "hello"), false, 200, "hello"},
      {ok("Transfer-Encoding: chunked", "5;x\r\nhello\r\n0\r\nX: y\r\n\r\n"), false, 200, "hello"},
      {ok("", "until the end"), true, 200, "until the end"},
      {ok("Content-Length: 2\r\nConnection: close", "ok"), true, 200, "ok"},
      {ok("Content-Length: 2\r\nKeep-Alive: x\r\nUpgrade: h2c", "ok"), false, 200, "ok"},
      {"HTTP/1.1 204 No Content\r\n\r\n", false, 204, ""},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n", false, 304, ""},
      {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("Content-Length: 2", "ok"), false, 200,
       "ok"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", true, 200, "ok"},
      {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", false, 200, "ok"},
      {"HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok", false, 200, "ok"},
      {ok("Content-Length: 5\r\nContent-Length: 5", "hello"), false, 200, "hello"},
      {ok("Content-Length: 5, 5", "hello"), false, 200, "hello"},
  };
  for (const std::string& octets :
       {std::string("garbage\r\n\r\n"), std::string("HTTP/1.1 200OK\r\n\r\n"),
        std::string("HTTP/2.0 200 OK\r\n\r\n"), std::string("HTTP/1.1 99 OK\r\n\r\n"),
        std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        std::string("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ok("Content-Length: 5\r\nContent-Length: 6", "hello"), ok("Content-Length: 5, 6", "hello"),
        ok("Content-Length: -5", "hello"),
        ok("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ok("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
        ok("Transfer-Encoding: x", "0\r\n\r\n"), ok("X: y\r\n z", ""), ok("X : y", ""),
        ok("X: y\rSet-Cookie: a", ""), ok("no colon", ""),
        ok("X: " + std::string(70000, 'y'), "")}) {
    out.push_back({octets, true, 502, ""});
  }
  return out;
}

}  // namespace weir::tests
