#include "ops/backend.h"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/path_text.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

/// All tests of this folder but this one.
std::string test_sources() {
  std::ostringstream text;
  for (const auto& entry : std::filesystem::directory_iterator(path_from_utf8(SIDESTEP_SOURCE_DIR) / "native/ops")) {
    const std::string name = utf8_of(entry.path().filename());
    if (name.ends_with("_test.cpp") && name != "backend_test.cpp") text << std::ifstream(entry.path()).rdbuf();
  }
  return text.str();
}

/// Whether `op({` is in the text, across a line's end too, and not as the end of a longer name.
bool calls(const std::string& text, const std::string& op) {
  const std::string call = op + "(";
  for (size_t at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
    const bool begins = at == 0 || (std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0 && text[at - 1] != '_');
    const size_t first = text.find_first_not_of(" \n", at + call.size());
    if (begins && first != std::string::npos && text[first] == '{') return true;
  }
  return false;
}

TEST("ops: every one is called by a test beside it") {
  const std::string tests = test_sources();
  const auto expect_call = [&](const std::string& op) {
    if (!calls(tests, op)) testing::fail(__FILE__, __LINE__, op + " has no test in native/ops: see docs/adding-an-op.md");
  };
#define SIDESTEP_EXPECT_CALL(Struct, function) expect_call(#function);
  SIDESTEP_OPS(SIDESTEP_EXPECT_CALL)
#undef SIDESTEP_EXPECT_CALL
}

}  // namespace
