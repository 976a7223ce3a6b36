// Writes a source of the proxy with the faults of a list in it, each behind a switch:
//
//   weir-plant LIST ROOT FILE OUT
//
// An entry of the list is
//
//   == NUMBER: what it breaks
//   FILE
//   - a line of it, or several that follow each other
//   + what stands there instead; PLANTED is true while the fault is in force
//
// What is replaced must stand in the file exactly once, so that the list cannot go stale.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

struct Fault {
  std::string number, file, from, to;
};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "weir-plant: %s\n", what.c_str());
  std::exit(1);
}

std::vector<Fault> ReadList(const std::string& name) {
  std::ifstream in(name);
  if (!in) Fail("cannot read " + name);
  std::vector<Fault> faults;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("== ")) {
      faults.push_back({line.substr(3, line.find(':') - 3), {}, {}, {}});
    } else if (line.starts_with("- ") && !faults.empty()) {
      faults.back().from += line.substr(2) + "\n";
    } else if (line.starts_with("+ ") && !faults.empty()) {
      faults.back().to += line.substr(2) + "\n";
    } else if (!line.empty() && line[0] != '#' && !faults.empty()) {
      faults.back().file = line;
    }
  }
  return faults;
}

void ReplaceOnce(std::string& text, const std::string& from, const std::string& to,
                 const std::string& where) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) Fail(where + ": this does not stand there:\n" + from);
  if (text.find(from, at + 1) != std::string::npos) Fail(where + ": this stands twice:\n" + from);
  text.replace(at, from.size(), to);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) Fail("LIST ROOT FILE OUT");
  const std::string file = argv[3];
  std::ifstream in(std::string(argv[2]) + "/" + file);
  if (!in) Fail("cannot read " + file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  int planted = 0;
  for (Fault& fault : ReadList(argv[1])) {
    if (fault.file != file) continue;
    ++planted;
    const std::string mark = "PLANTED";
    const std::string check = "::weir::simulator::Planted(" + fault.number + ")";
    for (std::size_t at = 0; (at = fault.to.find(mark, at)) != std::string::npos;)
      fault.to.replace(at, mark.size(), check);
    ReplaceOnce(text, fault.from, fault.to, file + ", fault " + fault.number);
  }
  if (planted == 0) Fail("no fault is for " + file);
  std::ofstream out(argv[4]);
  out << "#include \"tests/simulator/faults/planted.h\"\n" << text;
  return out ? 0 : 1;
}
