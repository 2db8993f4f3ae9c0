#pragma once
#include <string>
#include <vector>

namespace sidestep::testing {

struct Test {
  std::string name;
  std::string file;
  void (*body)();
};

/// All registered tests, in order of file, then of registration.
std::vector<Test> registered_tests();

}  // namespace sidestep::testing
