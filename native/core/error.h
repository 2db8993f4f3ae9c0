#pragma once
#include <exception>
#include <string>
#include <utility>

namespace sidestep {

/// The one exception of the engine. `code` is stable (`native/what-is-wrong`); the words may change.
class Error : public std::exception {
 public:
  Error(std::string code, std::string message, std::string hint = {})
      : code_(std::move(code)), message_(std::move(message)), hint_(std::move(hint)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string code_, message_, hint_;
};

}  // namespace sidestep
