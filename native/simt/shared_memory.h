#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace sidestep::simt {

constexpr size_t kMostStaticShared = size_t{48} << 10;
constexpr size_t kMostDynamicShared = 101376;  ///< 99 KB: sm_86, sm_89, sm_120, the least of the cards that are served
constexpr size_t kMostDynamicSharedOfHopper = 232448;

/// One block's shared memory. A gap of poison follows each variable and the dynamic bytes: 0xff like all that was not written
/// yet, and what a block wrote there is found at its end, or at once by the address sanitizer.
class SharedMemory {
 public:
  explicit SharedMemory(size_t dynamic_bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  void begin_block();
  void end_block();
  void* variable(int id, size_t bytes, size_t alignment);
  unsigned char* dynamic() const { return dynamic_; }
  bool holds(const void* begin, size_t bytes) const;

 private:
  struct Variable {
    unsigned char* begin = nullptr;
    size_t bytes = 0;
  };
  void check_gap(const unsigned char* begin) const;

  unsigned char *statics_, *dynamic_;
  size_t dynamic_bytes_, used_ = 0, asked_ = 0;
  std::vector<Variable> variables_;  ///< by their ids
};

}  // namespace sidestep::simt
