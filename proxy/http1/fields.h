// What the fields of a head say of its framing and of the connection: shared by
// requests and responses, which judge it differently (spec/rules/framing.md).
#ifndef WEIR_PROXY_HTTP1_FIELDS_H_
#define WEIR_PROXY_HTTP1_FIELDS_H_

#include <cstdint>
#include <string_view>

#include "runtime/request/request.h"

namespace weir::proxy::http1 {

// Whether Content-Length may be said more than once, on several lines or in a list:
// RFC 9110 8.6 lets a recipient take equal ones for one.
enum class Repeats : std::uint8_t { kNever, kIfEqual };

class FramingFields {
 public:
  // Takes one field line into account; most are passed over by their length alone.
  void Note(const runtime::Field& field);

  bool has_length() const { return lengths_ > 0; }
  bool has_coding() const { return codings_ > 0; }
  std::uint64_t length() const { return length_; }
  bool close() const { return close_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expectations_ == 1 && !expects_other_; }
  bool expects_other() const { return expects_other_ || expectations_ > 1; }

  // Null when the framing fields are unambiguous in a message of this minor
  // version, else what is wrong with them.
  const char* Conflict(int minor_version, Repeats lengths) const;
  // Without conflict: the only coding is not `chunked`.
  bool unknown_coding() const { return has_coding() && chunked_ == 0; }

 private:
  void NoteLengths(std::string_view value);
  void NoteLength(std::string_view digits);
  void NoteCodings(std::string_view value);
  void NoteConnection(std::string_view value);

  std::uint64_t length_ = 0;
  std::uint32_t lengths_ = 0;
  bool lengths_differ_ = false;
  std::uint32_t codings_ = 0;  // lines
  std::uint32_t chunked_ = 0;  // elements
  std::uint32_t others_ = 0;
  std::uint32_t expectations_ = 0;
  bool expects_other_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  const char* malformed_ = nullptr;
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_FIELDS_H_
