// Products of a warp group (wgmma), each warp's sixteen rows for themselves: warps of a group are not in step on a card, either.
#include <bit>
#include <cstring>

#include "simt/async_unit.h"
#include "simt/block.h"
#include "simt/half.h"

namespace sidestep::simt {
namespace {

constexpr uint32_t kUnderWay = 0xffffffffU;  ///< NaN
constexpr int kRows = 16, kDepth = 16;

float number(uint16_t bits, OperandType type) {
  if (type == OperandType::bf16) return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  return static_cast<float>(std::bit_cast<Half>(bits));
}

const unsigned char* window() {
  return reinterpret_cast<const unsigned char*>(reinterpret_cast<uintptr_t>(dynamic_shared()) & ~uintptr_t{1023});
}

/// A matrix in shared memory as "Matrix Descriptor Format" says, of rows of 128 bytes that are turned.
struct Matrix {
  uint32_t begin, leading, stride;
  bool across;
  OperandType type;

  static Matrix of(uint64_t descriptor, bool across, OperandType type) {
    if (descriptor >> 62 != 1 || (descriptor >> 49 & 7) != 0) fault("wgmma: this machine knows rows of 128 bytes, turned, alone");
    const auto field = [&](int bit) { return static_cast<uint32_t>(descriptor >> bit & 0x3fff) << 4; };
    return {field(0), field(16), field(32), across, type};
  }
  /// Of a row (a) or column (b), and of k.
  float at(uint32_t line, uint32_t k) const {
    uint32_t address = begin;
    if (across)
      address += line / 64 * leading + k / 8 * stride + k % 8 * 128 + line % 64 * 2;
    else
      address += line / 8 * stride + line % 8 * 128 + k * 2;
    address ^= (address >> 7 & 7) << 4;
    const unsigned char* place = window() + address;
    if (!Block::of_this_thread().memory().holds(place, 2)) fault("wgmma: a matrix beyond the block's dynamic shared memory");
    uint16_t bits;
    std::memcpy(&bits, place, 2);
    return number(bits, type);
  }
};

/// Where a lane's sum i (four of each eight columns) lies among the warp's rows and columns.
int row_of(int lane, int i) { return lane / 4 + i / 2 % 2 * 8; }
int column_of(int lane, int i) { return i / 4 * 8 + lane % 4 * 2 + i % 2; }

bool under_way(const float& sum) { return std::bit_cast<uint32_t>(sum) == kUnderWay; }

}  // namespace

WarpProducts::Sums& WarpProducts::sums_of(const WarpGroupProduct* lanes) {
  for (const auto& known : sums_)
    if (known->of_lane[0] == lanes[0].sums) {
      for (int lane = 0; lane < kWarp; ++lane)
        for (int i = 0; i < known->columns / 2; ++i)
          if (!under_way(known->of_lane[lane][i])) fault("wgmma: sums were written to while a product was under way");
      if (known->columns != lanes[0].columns)
        fault("wgmma: products of two shapes onto the same sums without a wait between them");
      return *known;
    }
  Sums& sums = *sums_.emplace_back(std::make_unique<Sums>());
  sums.columns = lanes[0].columns;
  sums.uses = 0;
  for (int lane = 0; lane < kWarp; ++lane) {
    sums.of_lane[lane] = lanes[lane].sums;
    for (int i = 0; i < sums.columns / 2; ++i) {
      sums.values[row_of(lane, i)][column_of(lane, i)] = lanes[lane].sums[i];
      lanes[lane].sums[i] = std::bit_cast<float>(kUnderWay);
    }
  }
  return sums;
}

void WarpProducts::issue(int warp) {
  if (!fenced_) fault("wgmma: no wgmma.fence since these registers were others'");
  for (const WarpGroupProduct& lane : given)
    if (lane.a != given[0].a || lane.b != given[0].b || lane.keep != given[0].keep || lane.columns != given[0].columns)
      fault("wgmma: the lanes of a warp give different operands");
  Product product{};
  std::memcpy(product.of_lane, given, sizeof(given));
  if (given[0].left != nullptr)
    for (int lane = 0; lane < kWarp; ++lane) std::memcpy(product.left[lane], given[lane].left, sizeof(product.left[lane]));
  product.warp = warp;
  const bool at_once = copies_at_once() && all_computed();
  product.sums = &sums_of(given);
  ++product.sums->uses;
  if (at_once) compute(product);
  open_.push_back(product);
}

bool WarpProducts::all_computed() const {
  for (const Product& product : open_)
    if (!product.computed) return false;
  for (const auto& group : groups_)
    for (const Product& product : group)
      if (!product.computed) return false;
  return true;
}

void WarpProducts::compute(Product& product) {
  const WarpGroupProduct& p = product.of_lane[0];
  float left[kRows][kDepth];
  if (p.left !=
      nullptr) {  // as mma's fragments: a[0..3] are rows g, g + 8, g, g + 8, columns 2 t, 2 t + 1 (+ 8 for the last two)
    for (int lane = 0; lane < kWarp; ++lane)
      for (int i = 0; i < 8; ++i)
        left[lane / 4 + i / 2 % 2 * 8][lane % 4 * 2 + i % 2 + i / 4 * 8] =
            number(static_cast<uint16_t>(product.left[lane][i / 2] >> (i % 2 * 16)), p.type);
  } else {
    const Matrix a = Matrix::of(p.a, p.a_across, p.type);
    for (int row = 0; row < kRows; ++row)
      for (int k = 0; k < kDepth; ++k)
        left[row][k] = a.at(static_cast<uint32_t>(product.warp % 4 * kRows + row), static_cast<uint32_t>(k));
  }
  const Matrix b = Matrix::of(p.b, p.b_across, p.type);
  float right[kDepth][128];
  for (int n = 0; n < p.columns; ++n)
    for (int k = 0; k < kDepth; ++k) right[k][n] = b.at(static_cast<uint32_t>(n), static_cast<uint32_t>(k));
  for (int row = 0; row < kRows; ++row) {
    float* sums = product.sums->values[row];
    if (!p.keep) std::memset(sums, 0, sizeof(float) * static_cast<size_t>(p.columns));
    for (int k = 0; k < kDepth; ++k)
      for (int n = 0; n < p.columns; ++n) sums[n] += left[row][k] * right[k][n];
  }
  product.computed = true;
}

void WarpProducts::finish(Product& product) {
  if (!product.computed) compute(product);
  if (product.of_lane[0].left != nullptr)
    for (int lane = 0; lane < kWarp; ++lane)
      if (std::memcmp(product.left[lane], product.of_lane[lane].left, sizeof(product.left[lane])) != 0)
        fault("wgmma: an operand's registers were written to while the product was under way");
  --product.sums->uses;
}

/// Sums that no product is under way to are the lanes' again.
void WarpProducts::give_back() {
  std::erase_if(sums_, [](const std::unique_ptr<Sums>& sums) {
    if (sums->uses > 0) return false;
    for (int lane = 0; lane < kWarp; ++lane)
      for (int i = 0; i < sums->columns / 2; ++i) {
        if (!under_way(sums->of_lane[lane][i])) fault("wgmma: sums were written to while a product was under way");
        sums->of_lane[lane][i] = sums->values[row_of(lane, i)][column_of(lane, i)];
      }
    return true;
  });
}

void WarpProducts::commit() {
  groups_.push_back(std::move(open_));
  open_.clear();
}

void WarpProducts::wait(int pending) {
  while (static_cast<int>(groups_.size()) > pending) {
    for (Product& product : groups_.front()) finish(product);
    groups_.pop_front();
    fenced_ = false;
  }
  give_back();
}

void WarpProducts::reset() {
  sums_.clear();
  open_.clear();
  groups_.clear();
  fenced_ = false;
}

uint32_t shared_address(const void* address) {
  check_dynamic_shared(address, 1, "a 32-bit address");
  return static_cast<uint32_t>(static_cast<const unsigned char*>(address) - window());
}

namespace {
template <typename Finish>
void of_whole_warp(Site site, const Finish& finish) {
  Block& block = Block::of_this_thread();
  block.meet_warp(0xffffffffU, site, [&] {
    const Unwatched books;
    finish(block.warp_of(*current).products);
  });
}
}  // namespace

void wgmma(const WarpGroupProduct& product) {
  Block::of_this_thread().warp_of(*current).products.given[current->lane] = product;
  of_whole_warp({"wgmma", 0}, [](WarpProducts& products) { products.issue(current->warp); });
}
void wgmma_fence(Site site) {
  if (left_out(site)) return;
  of_whole_warp(site, [](WarpProducts& products) { products.fence(); });
}
void wgmma_commit() {
  of_whole_warp({"wgmma.commit_group", 0}, [](WarpProducts& products) { products.commit(); });
}
void wgmma_wait(int pending, Site site) {
  if (left_out(site)) return;
  of_whole_warp(site, [&](WarpProducts& products) { products.wait(pending); });
}

}  // namespace sidestep::simt
