// Maps of tensors and the boxes that are copied by them. A map is refused where the driver's documentation refuses it, and where
// this machine does not know the kind: it knows boxes of rows of 128 bytes that are turned as a warp group's products read them.
#include <algorithm>
#include <cstring>

#include "simt/async_unit.h"
#include "simt/block.h"

namespace sidestep::simt {

constexpr uint64_t kMapMark = 0x70616d20726f736eU;
constexpr int kDims = 4;
constexpr int64_t kPiece = 16, kRow = 128;

struct TensorMap {
  uint64_t mark;
  const unsigned char* address;
  uint64_t strides[kDims - 1];  ///< in bytes
  uint32_t dims[kDims];
  uint16_t box[kDims];
  int32_t element_bytes;
};
static_assert(sizeof(TensorMap) <= sizeof(CUtensorMap));

namespace {

TensorMap map_of(const CUtensorMap& opaque) {
  TensorMap map;
  std::memcpy(&map, &opaque, sizeof(map));
  if (map.mark != kMapMark) fault("cp.async.bulk.tensor: a map that cuTensorMapEncodeTiled did not make");
  return map;
}

}  // namespace

void check_box(const BoxCopy& copy) {
  if (reinterpret_cast<uintptr_t>(copy.map) % 64 != 0) fault("cp.async.bulk.tensor: a map's address is not a multiple of 64");
  if (reinterpret_cast<uintptr_t>(copy.to) % 1024 != 0)
    fault("cp.async.bulk.tensor: a box of turned rows does not begin at a multiple of 1024 bytes");
  check_dynamic_shared(copy.to, bytes_of(copy), "cp.async.bulk.tensor");
  check_dynamic_shared(copy.barrier, 8, "cp.async.bulk.tensor");
}

uint32_t bytes_of(const BoxCopy& copy) {
  const TensorMap map = map_of(*copy.map);
  uint32_t bytes = static_cast<uint32_t>(map.element_bytes);
  for (const uint16_t n : map.box) bytes *= n;
  return bytes;
}

std::vector<BoxPiece> pieces_of(const BoxCopy& copy) {
  const TensorMap map = map_of(*copy.map);
  std::vector<BoxPiece> pieces;
  const int64_t rows = int64_t{map.box[1]} * map.box[2] * map.box[3], elements = kPiece / map.element_bytes;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t at[kDims] = {copy.at[0], copy.at[1] + row % map.box[1], copy.at[2] + row / map.box[1] % map.box[2],
                               copy.at[3] + row / map.box[1] / map.box[2]};
    bool inside = true;
    const unsigned char* from = map.address;
    for (int d = 1; d < kDims; ++d) {
      inside = inside && at[d] >= 0 && at[d] < int64_t{map.dims[d]};
      from += at[d] * static_cast<int64_t>(map.strides[d - 1]);
    }
    for (int64_t piece = 0; piece < kRow / kPiece; ++piece) {
      const int64_t column = at[0] + piece * elements;
      auto to = reinterpret_cast<uintptr_t>(copy.to) + static_cast<uintptr_t>(row * kRow + piece * kPiece);
      to ^= (to >> 7 & 7) << 4;
      const bool there = inside && column >= 0 && column + elements <= int64_t{map.dims[0]};
      pieces.push_back({reinterpret_cast<unsigned char*>(to), there ? from + column * map.element_bytes : nullptr});
    }
  }
  return pieces;
}

void remember_box(const BoxCopy& copy) {
  const Unwatched books;
  Block::of_this_thread().boxes.push_back(copy);
  Block::of_this_thread().wake(copy.barrier);
}

bool take_box(const uint64_t* barrier, BoxCopy& copy) {
  const Unwatched books;
  Block& block = Block::of_this_thread();
  std::vector<size_t> found;
  for (size_t i = 0; i < block.boxes.size(); ++i)
    if (block.boxes[i].barrier == barrier) found.push_back(i);
  if (found.empty()) return false;
  const size_t chosen = found[block.roll(static_cast<uint32_t>(found.size()))];
  copy = block.boxes[chosen];
  block.boxes.erase(block.boxes.begin() + static_cast<std::ptrdiff_t>(chosen));
  return true;
}

}  // namespace sidestep::simt

extern "C" CUresult sidestep_simt_encode_tiled(CUtensorMap* opaque, CUtensorMapDataType type, cuuint32_t rank, void* address,
                                               const cuuint64_t* dims, const cuuint64_t* strides, const cuuint32_t* box,
                                               const cuuint32_t* steps, CUtensorMapInterleave interleave,
                                               CUtensorMapSwizzle swizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill) {
  using namespace sidestep::simt;
  bool good = rank == kDims && reinterpret_cast<uintptr_t>(opaque) % 64 == 0 && reinterpret_cast<uintptr_t>(address) % 16 == 0 &&
              (type == CU_TENSOR_MAP_DATA_TYPE_FLOAT16 || type == CU_TENSOR_MAP_DATA_TYPE_BFLOAT16) &&
              interleave == CU_TENSOR_MAP_INTERLEAVE_NONE && swizzle == CU_TENSOR_MAP_SWIZZLE_128B && box[0] * 2 == kRow;
  TensorMap map{kMapMark, static_cast<const unsigned char*>(address), {}, {}, {}, 2};
  for (int d = 0; good && d < kDims; ++d) {
    good = dims[d] > 0 && dims[d] <= uint64_t{1} << 32 && box[d] > 0 && box[d] <= 256 && (d == 0 || steps[d] == 1);
    if (d > 0) good = good && strides[d - 1] > 0 && strides[d - 1] % 16 == 0 && strides[d - 1] < uint64_t{1} << 40;
    map.dims[d] = static_cast<uint32_t>(dims[d]);
    map.box[d] = static_cast<uint16_t>(box[d]);
    if (d > 0) map.strides[d - 1] = strides[d - 1];
  }
  if (!good) return CUDA_ERROR_INVALID_VALUE;
  *opaque = {};
  std::memcpy(opaque, &map, sizeof(map));
  return CUDA_SUCCESS;
}
