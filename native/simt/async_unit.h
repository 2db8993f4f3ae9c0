#pragma once
// What a Hopper does behind its threads' backs: barriers in shared memory that count bytes, copies of boxes, products of warp
// groups.
#include <cuda.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "simt/thread.h"

namespace sidestep::simt {

/// Where shared memory is to instructions that take 32 bits. Faults for what is not the block's dynamic shared memory.
uint32_t shared_address(const void* address);

// ---- Barriers in shared memory ("mbarrier"): the 64 bits hold the whole state.
void mbarrier_init(uint64_t* barrier, uint32_t arrivals);
void mbarrier_arrive(uint64_t* barrier, uint32_t expected_bytes);
void mbarrier_complete(uint64_t* barrier, uint32_t bytes);  ///< a copy's bytes have come
/// Whether the phase of that parity is over. One that SIDESTEP_SIMT_SKIP names always is.
bool mbarrier_over(const uint64_t* barrier, uint32_t parity, Site site);
void mbarrier_sleep(const uint64_t* barrier, Site site);  ///< until a phase ends, or a copy for it is there to be done

// ---- Copies of boxes: done when issued or when somebody waits for their barrier, as SIDESTEP_SIMT_COPIES says.
struct TensorMap;  ///< what cuTensorMapEncodeTiled makes of a CUtensorMap
struct BoxCopy {
  unsigned char* to;
  const CUtensorMap* map;
  uint64_t* barrier;
  int64_t at[4];
};
/// One piece of sixteen bytes; `from` is null outside the tensor.
struct BoxPiece {
  unsigned char* to;
  const unsigned char* from;
};
void check_box(const BoxCopy& copy);
std::vector<BoxPiece> pieces_of(const BoxCopy& copy);
uint32_t bytes_of(const BoxCopy& copy);
void remember_box(const BoxCopy& copy);
bool take_box(const uint64_t* barrier, BoxCopy& copy);

// ---- Products of a warp group (wgmma). A warp does its own sixteen rows of the 64. Sums are NaN from the issue to the wait;
// operands are read at the issue or at the wait.
struct WarpGroupProduct {
  float* sums;              ///< of this lane: columns / 2
  const uint32_t* left;     ///< of this lane: four registers; null: in shared memory
  uint64_t a, b;            ///< descriptors
  bool a_across, b_across;  ///< of k
  bool keep;                ///< the sums, else they begin at zero
  int columns;
  OperandType type;
};
void wgmma(const WarpGroupProduct& product);
void wgmma_fence(Site site);
void wgmma_commit();
void wgmma_wait(int pending, Site site);

/// One warp's products under way.
class WarpProducts {
 public:
  void issue(int warp);
  void fence() { fenced_ = true; }
  void commit();
  void wait(int pending);
  bool idle() const { return open_.empty() && groups_.empty(); }
  void reset();
  WarpGroupProduct given[kWarp];  ///< by the lanes, for the next issue

 private:
  struct Sums {
    float* of_lane[kWarp];
    int columns, uses;
    float values[16][128];
  };
  struct Product {
    WarpGroupProduct of_lane[kWarp];
    uint32_t left[kWarp][4];
    Sums* sums;
    int warp;
    bool computed;
  };
  Sums& sums_of(const WarpGroupProduct* lanes);
  static void compute(Product& product);
  void finish(Product& product);
  void give_back();
  bool all_computed() const;

  std::vector<std::unique_ptr<Sums>> sums_;
  std::vector<Product> open_;
  std::deque<std::vector<Product>> groups_;
  bool fenced_ = false;
};

}  // namespace sidestep::simt
