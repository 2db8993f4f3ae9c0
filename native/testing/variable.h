#pragma once
#include <cstdlib>
#include <string>

namespace sidestep::testing {

/// An environment variable that has this value while this lives, and is unset afterwards.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) { set(name_, value); }
  ~Variable() { set(name_, ""); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  static void set(const std::string& name, const std::string& value) {
#ifdef _WIN32
    ::_putenv_s(name.c_str(), value.c_str());  // empty removes it
#else
    value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
#endif
  }

  std::string name_;
};

}  // namespace sidestep::testing
