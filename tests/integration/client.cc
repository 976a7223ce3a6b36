#include "tests/integration/client.h"

#include <cstdlib>
#include <sstream>

namespace weir::tests {
namespace {

// Chunked octets without extensions or trailers, as the proxy writes them.
bool ReadChunks(Peer& peer, std::string& body) {
  for (;;) {
    const std::string line = peer.ReadTo("\r\n");
    if (!line.ends_with("\r\n")) return false;
    const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
    const std::string chunk = peer.ReadExactly(size + 2);
    if (chunk.size() != size + 2) {
      body += chunk;
      return false;
    }
    if (size == 0) return true;
    body.append(chunk, 0, size);
  }
}

}  // namespace

std::string Answer::Field(const std::string& name) const {
  const std::string mark = "\r\n" + name + ": ";
  const std::size_t at = head.find(mark);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + mark.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Answer ReadAnswer(Peer& peer) {
  Answer answer;
  do {
    answer.head = peer.ReadTo(kEnd);
    if (!answer.head.ends_with(kEnd) || !answer.head.starts_with("HTTP/1.1 ")) return answer;
    answer.status = std::atoi(answer.head.c_str() + 9);
  } while (answer.status < 200);
  if (answer.Field("transfer-encoding") == "chunked") {
    answer.whole = ReadChunks(peer, answer.body);
    return answer;
  }
  const std::size_t length = LengthOf(answer.head);
  answer.body = peer.ReadExactly(length);
  answer.whole = answer.body.size() == length;
  return answer;
}

Answer Ask(const RunningProxy& proxy, const std::string& method, const std::string& path,
           const std::string& more) {
  Peer client(ConnectTo(proxy.port()));
  client.Write(method + " " + path + " HTTP/1.1\r\nhost: gw\r\n" + more +
               (more.find(kEnd) == std::string::npos ? "\r\n" : ""));
  return ReadAnswer(client);
}

std::string PostText(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nhost: gw\r\ncontent-length: " + std::to_string(body.size()) + kEnd + body;
}

Answer Post(const RunningProxy& proxy, const std::string& path, const std::string& body) {
  Peer client(ConnectTo(proxy.port()));
  client.Write(PostText(path, body));
  return ReadAnswer(client);
}

std::int64_t Metric(RunningProxy& proxy, const std::string& sample) {
  const std::string all = proxy.Admin("/metrics");
  const std::size_t at = all.find("\n" + sample + " ");
  if (at == std::string::npos) return -1;
  return std::atoll(all.c_str() + at + sample.size() + 2);
}

std::int64_t MetricSum(RunningProxy& proxy, const std::string& begin, const std::string& part) {
  std::istringstream in(proxy.Admin("/metrics"));
  std::int64_t sum = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(begin) || line.find(part) == std::string::npos) continue;
    sum += std::atoll(line.c_str() + line.rfind(' '));
  }
  return sum;
}

std::size_t LengthOf(const std::string& head) {
  return std::strtoul(Answer{.head = head}.Field("content-length").c_str(), nullptr, 10);
}

std::string Ok(const std::string& body, const std::string& fields) {
  return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n" + fields +
         "\r\n" + body;
}

std::string LogField(const std::string& line, const std::string& name) {
  const std::string mark = "\"" + name + "\":";
  const std::size_t at = line.find(mark);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + mark.size();
  if (line[begin] == '"') return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
  return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

}  // namespace weir::tests
