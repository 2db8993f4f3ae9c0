#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/device.h"
#include "core/thread_pool.h"

namespace sidestep {

struct Backend;

/// What one op costs on any machine: the bench divides by time, the planner by a card's ceilings.
struct Cost {
  double flops = 0;
  double bytes = 0;  ///< compulsory traffic: every operand read or written once
};

/// Adds up cost (and time, but on Device::plan) by op name while attached to a Stream.
class Tally {
 public:
  /// Seconds that one call of an op should take.
  using Price = std::function<double(std::string_view op, const Cost&)>;

  struct Row {
    std::string_view op;
    int64_t calls = 0;
    Cost cost;
    double seconds = 0;
    double priced_seconds = 0;  ///< the sum over calls of each one's price
  };
  explicit Tally(Price price = {}) : price_(std::move(price)) {}
  void add(std::string_view op, const Cost& cost, double seconds);
  const std::vector<Row>& rows() const { return rows_; }
  Cost total() const;
  void clear() { rows_.clear(); }

 private:
  Price price_;
  std::vector<Row> rows_;
};

/// Where ops run: a device, its backend, the CPU threads it may use, an optional tally and a stop flag.
/// CPU ops have finished when the call returns; CUDA ops are queued in order.
class Stream {
 public:
  /// Throws native/device-unavailable (with the reason) when the device's backend cannot be loaded.
  explicit Stream(Device device, std::shared_ptr<ThreadPool> pool = nullptr);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Device device() const { return device_; }
  const Backend& backend() const { return *backend_; }
  ThreadPool& pool() const { return *pool_; }
  void* native_handle() const { return handle_; }  ///< cudaStream_t on CUDA, null elsewhere
  void synchronize();
  /// How often the host has waited for this stream's queue, here or for bytes from the device.
  int64_t waits() const { return waits_; }
  void count_wait() { ++waits_; }

  void attach(Tally* tally) { tally_ = tally; }
  Tally* tally() const { return tally_; }

  /// Set from another thread to stop long computations; ops check it between large pieces of work through
  /// `throw_if_cancelled()`, which throws native/cancelled.
  void set_cancel_flag(const std::atomic<bool>* flag) { cancel_ = flag; }
  void throw_if_cancelled() const;

 private:
  Device device_;
  const Backend* backend_ = nullptr;
  std::shared_ptr<ThreadPool> pool_;
  void* handle_ = nullptr;
  int64_t waits_ = 0;
  Tally* tally_ = nullptr;
  const std::atomic<bool>* cancel_ = nullptr;
};

}  // namespace sidestep
