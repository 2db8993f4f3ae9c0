#include "testing/registry.h"

#include <algorithm>

#include "testing/test.h"

namespace sidestep::testing {
namespace {

// A function's static, because registrations run before main in an unspecified order.
std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

}  // namespace

Registration::Registration(const char* name, const char* file, void (*body)()) { tests().push_back({name, file, body}); }

std::vector<Test> registered_tests() {
  std::vector<Test> sorted = tests();
  std::stable_sort(sorted.begin(), sorted.end(), [](const Test& a, const Test& b) { return a.file < b.file; });
  return sorted;
}

}  // namespace sidestep::testing
