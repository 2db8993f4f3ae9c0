#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "core/error.h"
#include "core/rel_l2.h"
#include "core/tensor.h"

namespace sidestep::testing {

/// Registers a test at start-up:  TEST("rms_norm: odd sizes match float64") { … }
struct Registration {
  Registration(const char* name, const char* file, void (*body)());
};

/// Fails the running test with place, expectation and finding; the other tests go on.
[[noreturn]] void fail(const char* file, int line, const std::string& message);

/// ||a - b|| / ||b|| over all elements in f64 (|a| when b is 0); a and b of any dtype, same numel.
using sidestep::rel_l2;

/// What tests of whole models and training run on: the CPU, or with --device the (made-up) card.
Device device_under_test();
void set_device_under_test(Device device);

/// The folder with the golden files: $SIDESTEP_GOLDEN_DIR, else test/golden of the source tree.
std::filesystem::path golden_dir();

}  // namespace sidestep::testing

#define SIDESTEP_CONCAT_(a, b) a##b
#define SIDESTEP_CONCAT(a, b) SIDESTEP_CONCAT_(a, b)
#define TEST(name) SIDESTEP_TEST_(name, __COUNTER__)
#define SIDESTEP_TEST_(name, id)                                                                                            \
  static void SIDESTEP_CONCAT(test_body_, id)();                                                                            \
  static const ::sidestep::testing::Registration SIDESTEP_CONCAT(test_registration_, id)(name, __FILE__,                    \
                                                                                         &SIDESTEP_CONCAT(test_body_, id)); \
  static void SIDESTEP_CONCAT(test_body_, id)()
#define EXPECT(condition) ((condition) ? void() : ::sidestep::testing::fail(__FILE__, __LINE__, "expected " #condition))
#define EXPECT_REL_L2(actual, expected, bound)                                                                               \
  do {                                                                                                                       \
    const double error_ = ::sidestep::testing::rel_l2(actual, expected);                                                     \
    if (!(error_ <= (bound)))                                                                                                \
      ::sidestep::testing::fail(__FILE__, __LINE__, #actual ": relative L2 error " + std::to_string(error_) + " > " #bound); \
  } while (false)
/// Expects sidestep::Error with this code.
#define EXPECT_ERROR(expression, expected_code)                                                                                  \
  do {                                                                                                                           \
    std::string found_ = "no error";                                                                                             \
    try {                                                                                                                        \
      (void)(expression);                                                                                                        \
    } catch (const ::sidestep::Error& e) {                                                                                       \
      found_ = e.code();                                                                                                         \
    }                                                                                                                            \
    if (found_ != (expected_code)) ::sidestep::testing::fail(__FILE__, __LINE__, "expected " expected_code ", found " + found_); \
  } while (false)
