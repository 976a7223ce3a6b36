// Where does a message start, and where does it end?
#include "tests/integration/probes.h"

namespace weir::tests {
namespace {

const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: gw\r\n\r\n";

std::string S(const char* text, std::size_t size) { return {text, size}; }
std::string Get(const std::string& line) { return line + "\r\nHost: gw\r\n\r\n"; }
std::string Post(const std::string& fields, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: gw\r\n" + fields + "\r\n\r\n" + body;
}

}  // namespace

std::vector<Probe> LineProbes() {
  std::vector<Probe> out = {
      {Get("GET /x HTTP/1.1"), Fate::kForwarded, 200, "/x"},
      {"\r\n" + Get("GET /x HTTP/1.1"), Fate::kForwarded, 200, "/x"},
      {Get("GET /x HTTP/1.0"), Fate::kLast, 200, "/x"},
      {"GET /x HTTP/1.0\r\nHost: gw\r\nConnection: keep-alive\r\n\r\n", Fate::kLast, 200, "/x"},
      {"GET /x HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n", Fate::kLast, 200, "/x"},
      {Get("DELETE /x HTTP/1.1"), Fate::kForwarded, 200, "/x"},
      {Get("BREW /x HTTP/1.1"), Fate::kForwarded, 200, "/x"},
      {Get("GET http://gw/x HTTP/1.1"), Fate::kForwarded, 200, "/x"},
      {Get("GET /x?a=b&c=%20 HTTP/1.1"), Fate::kForwarded, 200, "/x?a=b&c=%20"},
      {Get("CONNECT gw:443 HTTP/1.1"), Fate::kRefused, 501},
      {Get("GET /x HTTP/1.2"), Fate::kForwarded, 200, "/x"},
      {Get("GET /x HTTP/1.9"), Fate::kForwarded, 200, "/x"},
      {Get("GET / HTTP/1.10"), Fate::kRefused, 400},
      {Get("GET / HTTP/2.0"), Fate::kRefused, 505},
      {Get("GET / HTTP/0.9"), Fate::kRefused, 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Fate::kRefused, 505},
  };
  for (const char* line : {"\r\n\r\nGET /x HTTP/1.1",
                           "\nGET /x HTTP/1.1",
                           "\rGET /x HTTP/1.1",
                           " GET /x HTTP/1.1",
                           "\tGET /x HTTP/1.1",
                           "GET  /x HTTP/1.1",
                           "GET /x  HTTP/1.1",
                           "GET /x HTTP/1.1 ",
                           "GET\t/x HTTP/1.1",
                           "GET /x\tHTTP/1.1",
                           "GET /x y HTTP/1.1",
                           "GET /x",
                           "GET /x ",
                           "GET",
                           "GET  HTTP/1.1",
                           "/x HTTP/1.1",
                           "GET HTTP/1.1",
                           "G@T /x HTTP/1.1",
                           "GET: /x HTTP/1.1",
                           "GET /x http/1.1",
                           "GET /x HTTP/1",
                           "GET /x HTTP/1.",
                           "GET /x HTTP/11",
                           "GET /x HTTP/1.10",
                           "GET /x HTTP/01.1",
                           "GET /x HTTP/1,1",
                           "GET /x XTTP/1.1",
                           "GET /x HTTP/1.1\r",
                           "GET /x HTTP/1.1\n",
                           "GET /x HTTP/1.1\r\r",
                           "GET /x\r HTTP/1.1",
                           "GET /x\n HTTP/1.1",
                           "GET\r /x HTTP/1.1",
                           "GET /x HTTP/1.1\x0b",
                           "GET /x HTTP/1.1\x0c",
                           "GET /x\x0bHTTP/1.1",
                           "GET /x\x0cHTTP/1.1",
                           "GET /x\xa0HTTP/1.1",
                           "GET /\xc3\xa9 HTTP/1.1",
                           "GET /\x7f HTTP/1.1",
                           "GET /\x01 HTTP/1.1",
                           "G\x80T /x HTTP/1.1",
                           "GET x HTTP/1.1",
                           "GET * HTTP/1.1",
                           "GET gw:80 HTTP/1.1",
                           "GET ? HTTP/1.1"}) {
    out.push_back({Get(line), Fate::kRefused});
  }
  out.push_back({Get(S("GET /\0 HTTP/1.1", 15)), Fate::kRefused});
  out.push_back({S("\0", 1) + Get("GET /x HTTP/1.1"), Fate::kRefused});
  out.push_back({S("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), Fate::kRefused});
  out.push_back({"GET /x HTTP/1.1\nHost: gw\n\n", Fate::kRefused});
  out.push_back({"GET /x HTTP/1.1\r\nHost: gw\n\r\n", Fate::kRefused});
  out.push_back({"GET /x HTTP/1.1\r\nHost: gw\r\n\n", Fate::kRefused});
  for (const char* part : {"GET", "GET /x HTTP/1.1", "GET /x HTTP/1.1\r\nHost: gw\r\n",
                           "GET /x HTTP/1.1\r\nHost: gw\r\n\r"}) {
    out.push_back({part, Fate::kCutShort});
  }
  return out;
}

std::vector<Probe> FramingProbes() {
  std::vector<Probe> out = {
      {Post("Content-Length: 5", "hello"), Fate::kForwarded, 200, "/p", "hello"},
      {Post("content-length:0005", "hello"), Fate::kForwarded, 200, "/p", "hello"},
      {Post("Content-Length: 0", ""), Fate::kForwarded, 200, "/p", ""},
      {Post("X: y", ""), Fate::kForwarded, 200, "/p", ""},
      {Post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"), Fate::kForwarded, 200, "/p",
       "hello"},
      {Post("transfer-encoding:\tCHUNKED ", "5\r\nhello\r\n0\r\n\r\n"), Fate::kForwarded, 200, "/p",
       "hello"},
      {Post("Content-Length: " + std::to_string(kSmuggled.size()), kSmuggled), Fate::kForwarded,
       200, "/p", kSmuggled},
      {"GET /g HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\n\r\nhello", Fate::kForwarded, 200, "/g",
       "hello"},
      {"HEAD /h HTTP/1.1\r\nHost: gw\r\n\r\n", Fate::kForwarded, 200, "/h"},
      {Post("Content-Length: 5", "hell"), Fate::kCutShort},
      {Post("Content-Length: 9223372036854775807", "hell"), Fate::kCutShort},
  };
  for (const char* value : {"",
                            "+5",
                            "-5",
                            "-0",
                            "5 5",
                            "5,",
                            ",5",
                            "5, 5",
                            "5,5",
                            "5, 6",
                            "0x5",
                            "5.0",
                            "5e0",
                            "5a",
                            "\"5\"",
                            "5;x",
                            "\v5",
                            "\xef\xbc\x95",
                            "9223372036854775808",
                            "18446744073709551615",
                            "18446744073709551616",
                            "18446744073709551621",
                            "99999999999999999999999999"}) {
    out.push_back({Post(std::string("Content-Length: ") + value, "hello" + kSmuggled)});
  }
  for (const char* fields :
       {"Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 0\r\nContent-Length: 5", "Content-Length: 5\r\ncontent-length: 5",
        "Content-Length: 5\r\nContent-Length:", "Content-Length: 5\r\n 6", "Content-Length:\r\n 5",
        "Content-Length : 5", "Content-Length\t: 5", "Content_Length: 5",
        "Content-Length: 5\r\nContent_Length: 0", "X: y\rContent-Length: 5",
        "X: y\nContent-Length: 5", "Content-Length\n: 5", "\tContent-Length: 5"}) {
    out.push_back({Post(fields, "hello" + kSmuggled)});
  }
  // Codings in disguise, alone (some other readers would see chunks) and with a length.
  const std::string chunks = "0\r\n\r\n" + kSmuggled;
  const std::vector<std::string> disguises = {
      "Transfer-Encoding: xchunked",
      "Transfer-Encoding : chunked",
      "Transfer-Encoding\t: chunked",
      "Transfer-Encoding: chunked, identity",
      "Transfer-Encoding: identity, chunked",
      "Transfer-Encoding: identity",
      "Transfer-Encoding: gzip",
      "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: chunked, chunked",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
      "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      "Transfer-Encoding: chunked;x=1",
      "Transfer-Encoding: \"chunked\"",
      "Transfer-Encoding: 'chunked'",
      "Transfer-Encoding: [chunked]",
      "Transfer-Encoding: chunked x",
      "Transfer-Encoding: x chunked",
      "Transfer-Encoding:",
      "Transfer-Encoding: ,",
      "Transfer-Encoding: chunked,",
      "Transfer-Encoding: ,chunked",
      "Transfer-Encoding: chunke",
      "Transfer-Encoding: chunkedd",
      "Transfer-Encoding: cow, chunked",
      "Transfer-Encoding:\x0b"
      "chunked",
      "Transfer-Encoding: chunked\x0b",
      "Transfer-Encoding:\x0c"
      "chunked",
      "Transfer-Encoding: \x01"
      "chunked",
      "Transfer-Encoding: chunked\x7f",
      "Transfer-Encoding: \xff"
      "chunked",
      "Transfer-Encoding: chunked\xa0",
      "Transfer-Encoding:\r\n chunked",
      "Transfer-Encoding: chun\r\n\tked",
      "Transfer-Encoding\r\n: chunked",
      "X: y\rTransfer-Encoding: chunked",
      "X: y\nTransfer-Encoding: chunked",
      "X: y\r\n\rTransfer-Encoding: chunked",
      " Transfer-Encoding: chunked",
      "\x0bTransfer-Encoding: chunked",
      "Transfer_Encoding: chunked",
      "Transfer Encoding: chunked",
      "Transfer-Encoding\x80: chunked",
      "Transfer-Encoding: chunked\r",
      "Foo: bar\r\n\r\rTransfer-Encoding: chunked",
      S("Transfer-Encoding: chunked\0", 27),
      S("Transfer-Encoding\0: chunked", 27),
      S("Transfer-Encoding:\0chunked", 26)};
  for (const std::string& disguise : disguises) {
    out.push_back({Post(disguise, chunks), Fate::kRefused, 0});
    out.push_back({Post("Content-Length: 5\r\n" + disguise, chunks), Fate::kRefused, 0});
    out.push_back({Post(disguise + "\r\nContent-Length: " + std::to_string(chunks.size()), chunks),
                   Fate::kRefused, 0});
  }
  out.push_back({Post("Content-Length: 5\r\nTransfer-Encoding: chunked", chunks)});
  out.push_back({Post("Transfer-Encoding: chunked\r\nContent-Length: 0", chunks)});
  out.push_back({"POST /p HTTP/1.0\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks});
  return out;
}

std::vector<Probe> ChunkProbes() {
  const auto chunked = [](const std::string& body) {
    return Post("Transfer-Encoding: chunked", body);
  };
  const auto good = [&](const std::string& body, const std::string& data) {
    return Probe{chunked(body), Fate::kForwarded, 200, "/p", data};
  };
  std::vector<Probe> out = {
      good("0\r\n\r\n", ""),
      good("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
      good("0000000000000005\r\nhello\r\n000\r\n\r\n", "hello"),
      good("5;a;b=c;d=\"e \\\" f\"\r\nhello\r\n0;z\r\n\r\n", "hello"),
      good("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", "hello"),
      good("5\r\nhello\r\n0\r\nContent-Length: 99\r\nHost: evil\r\nAuthorization: x\r\n\r\n",
           "hello"),
      good("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
      {chunked("5\r\nhel"), Fate::kCutShort},
      {chunked("5\r\nhello\r\n0\r\n"), Fate::kCutShort},
      {chunked("5\r\nhello\r\n"), Fate::kCutShort},
  };
  const std::vector<std::string> sizes = {"5 ",
                                          " 5",
                                          "5\t",
                                          "+5",
                                          "-5",
                                          "0x5",
                                          "5h",
                                          "5_",
                                          "5,",
                                          "g",
                                          "",
                                          "\"5\"",
                                          "5;",
                                          "5; x",
                                          "5 ;x",
                                          "5;x =y",
                                          "5;x= y",
                                          "5;x=y ",
                                          "5;x=\"y",
                                          "5;x=\"y\"z",
                                          "5;\x01",
                                          "5;x\x7f",
                                          "5\x0b",
                                          "5\x0c",
                                          "5\xa0",
                                          "00000000000000005",
                                          "10000000000000005",
                                          "ffffffffffffffff",
                                          "8000000000000000",
                                          "5\r",
                                          "5;\n",
                                          "5;x\ny",
                                          "5\n",
                                          S("5\0", 2),
                                          S("5;\0", 3),
                                          "5;" + std::string(5000, 'x')};
  for (const std::string& size : sizes) {
    out.push_back({chunked(size + "\r\nhello\r\n0\r\n\r\n" + kSmuggled), Fate::kBrokenBody});
  }
  for (const char* body : {"5\nhello\r\n0\r\n\r\n",
                           "5\rhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n",
                           "5\r\nhello\r0\r\n\r\n",
                           "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloo\r\n0\r\n\r\n",
                           "5\r\nhell\r\n0\r\n\r\n",
                           "5\r\nhello\r\n\r\n0\r\n\r\n",
                           "5\r\nhello\r\n0\n\r\n",
                           "5\r\nhello\r\n0\r\n\n",
                           "5\r\nhello\r\n0\r\nA : b\r\n\r\n",
                           "5\r\nhello\r\n0\r\n A: b\r\n\r\n",
                           "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n",
                           "5\r\nhello\r\n0\r\nA: b\n\r\n",
                           "5\r\nhello\r\n0\r\nA: b\rC: d\r\n\r\n",
                           "5\r\nhello\r\n0\r\n: b\r\n\r\n",
                           "5\r\nhello\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n",
                           "5\rXhello\r\n0\r\n\r\n",
                           "5\r\nhello\rX0\r\n\r\n",
                           "5\r\nhelloX\n0\r\n\r\n",
                           "5\r\nhello\r\n0\rX\r\n"}) {
    out.push_back({chunked(body + kSmuggled), Fate::kBrokenBody});
  }
  return out;
}

}  // namespace weir::tests
