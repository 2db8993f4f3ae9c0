// What the machine knows of compute capability 9.0: products of warp groups against plain sums, over tiles that copies of boxes
// brought; barriers that count; and that each misuse is named. Layouts are those of the PTX manual.
#include <cmath>
#include <vector>

#include "ops/mma_cuda.cuh"
#include "ops/wgmma_cuda.cuh"
#include "simt/checks.cuh"
#include "testing/registry.h"

namespace sidestep::cuda {
namespace {

/// c [64, n] = a [64, 64] b: a and b [n, 64] from shared memory, or a from registers and b [64, n].
enum class Form { shared, registers };
enum class Defect { none, fence_missing, wait_missing, read_early, sums_written, operand_written, too_few_bytes };

struct Maps {
  CUtensorMap a, b;
};

template <typename T, int tiles, Form form>
using RightTile = BoxedTile<T, form == Form::shared ? 64 : tiles * 8, form == Form::shared ? tiles * 8 : 64>;

template <typename T, int tiles, Form form, Defect defect>
__global__ void __launch_bounds__(kWarpGroup) warp_group_kernel(SIDESTEP_GRID_CONSTANT(Maps) maps, float* c) {
  const BoxedTile<T, 64, 64> left{reinterpret_cast<T*>(turned_memory(dynamic_shared()))};
  const RightTile<T, tiles, form> right{left.data + 64 * 64};
  auto* const come = reinterpret_cast<uint64_t*>(right.data + tiles * 8 * 64);
  if (threadIdx.x == 0) {
    ptx::mbarrier_init(come, 1);
    ptx::mbarrier_init_done();
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    ptx::mbarrier_arrive_expect(come, left.kBytes + right.kBytes + (defect == Defect::too_few_bytes ? 16 : 0));
    left.load(maps.a, come, 0, 0, 0);
    right.load(maps.b, come, 0, 0, 0);
  }
  ptx::mbarrier_wait(come, 0);
  const int warp = static_cast<int>(threadIdx.x) / kWarp, g = static_cast<int>(threadIdx.x) % kWarp / 4,
            t = static_cast<int>(threadIdx.x) % 4;
  float sums[tiles][4] = {};
  uint32_t a[4][4] = {};
  for (int k = 0; form == Form::registers && k < 4; ++k)
    for (int i = 0; i < 4; ++i) {
      const int row = warp * 16 + g + i % 2 * 8, column = k * 16 + 2 * t + i / 2 * 8;
      a[k][i] = *reinterpret_cast<const uint32_t*>(left.data + row * 64 + (column ^ row % 8 * 8));
    }
  if constexpr (defect != Defect::fence_missing) ptx::wgmma_fence(sums, a);
  for (int k = 0; k < 4; ++k)
    if constexpr (form == Form::shared)
      ptx::wgmma<T, Along::k, Along::k>(sums, left.along_head(0, k * 16), right.along_head(0, k * 16),
                                        k == 0 ? Sums::fresh : Sums::kept);
    else
      ptx::wgmma<T, Along::rows>(sums, a[k], right.along_rows(k * 16), Sums::kept);
  ptx::wgmma_commit();
  if constexpr (defect == Defect::sums_written) sums[0][0] = 0;
  if constexpr (defect == Defect::operand_written) a[3][3] = 0;
  if constexpr (defect != Defect::wait_missing && defect != Defect::read_early) ptx::wgmma_wait<0>(sums, a);
  for (int n = 0; n < tiles; ++n)
    for (int i = 0; i < 4; ++i) c[(warp * 16 + g + i / 2 * 8) * tiles * 8 + n * 8 + 2 * t + i % 2] = sums[n][i];
  if constexpr (defect == Defect::read_early) ptx::wgmma_wait<0>(sums, a);
}

/// Of a and b as many rows as `given`; what lies beyond them is zero.
template <typename T, int tiles, Form form, Defect defect = Defect::none>
std::vector<float> product(const char* copies, int given, std::vector<float>& expected) {
  constexpr int n = tiles * 8, rows = form == Form::shared ? n : 64, columns = form == Form::shared ? 64 : n;
  ::setenv("SIDESTEP_SIMT_COPIES", copies, 1);
  T *a = device_memory<T>(64 * 64), *b = device_memory<T>(rows * columns);
  float* c = device_memory<float>(64 * n);
  for (int i = 0; i < 64 * 64; ++i) a[i] = static_cast<float>(i * 7 % 23 - 11);
  for (int i = 0; i < rows * columns; ++i) b[i] = static_cast<float>(i * 5 % 17 - 8);
  const Maps maps{heads_map(Heads<const T>{a, 64 * 64, 64, 64}, 1, 64, 1, 64, 64),
                  heads_map(Heads<const T>{b, rows * columns, columns, columns}, 1, std::min(given, rows), 1, columns, rows)};
  constexpr size_t kBytes = 1024 + BoxedTile<T, 64, 64>::kBytes + RightTile<T, tiles, form>::kBytes + 8;
  launch(warp_group_kernel<T, tiles, form, defect>, 1, kWarpGroup, kBytes, new_queue())(maps, c);
  check(cudaGetLastError(), "launch");
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  expected.assign(64 * n, 0);
  for (int m = 0; m < 64; ++m)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < 64; ++k)
        if (const int row = form == Form::shared ? j : k; row < given)
          expected[static_cast<size_t>(m * n + j)] +=
              static_cast<float>(a[m * 64 + k]) * static_cast<float>(form == Form::shared ? b[j * 64 + k] : b[k * n + j]);
  return {c, c + 64 * n};
}

template <typename T, int tiles, Form form>
void expect_product(const char* copies, int given) {
  expect_silence(last_words_of([&] {
    std::vector<float> expected;
    if (product<T, tiles, form>(copies, given, expected) != expected) std::_Exit(1);
  }));
}

TEST("simt: a warp group's products are those of the tiles that copies of boxes bring, from shared memory and from registers") {
  for (const char* copies : {"eager", "lazy", "random"})
    for (const int given : {128, 37}) {
      expect_product<__nv_bfloat16, 8, Form::shared>(copies, given);
      expect_product<__nv_bfloat16, 16, Form::shared>(copies, given);
      expect_product<__nv_bfloat16, 8, Form::registers>(copies, given);
      expect_product<__nv_bfloat16, 16, Form::registers>(copies, given);
      expect_product<__half, 16, Form::shared>(copies, given);
      expect_product<__half, 8, Form::registers>(copies, given);
    }
}

template <Defect defect>
std::string words_of(const char* copies) {
  return last_words_of([&] {
    std::vector<float> expected;
    for (const float sum : product<__nv_bfloat16, 8, Form::registers, defect>(copies, 64, expected))
      if (!std::isnan(sum)) return;
    std::_Exit(1);
  });
}

TEST("simt: misused products of a warp group are named") {
  for (const char* copies : {"eager", "lazy"}) {
    EXPECT(words_of<Defect::none>(copies) == "");
    expect_words(words_of<Defect::fence_missing>(copies), "no wgmma.fence");
    expect_words(words_of<Defect::wait_missing>(copies), "products that it never waited for");
    expect_words(words_of<Defect::sums_written>(copies), "sums were written to");
    expect_words(words_of<Defect::operand_written>(copies), "operand's registers were written to");
    expect_words(words_of<Defect::read_early>(copies), "it ended without a word");  // all of them NaN
    expect_words(words_of<Defect::too_few_bytes>(copies), "no thread can go on");
  }
}

TEST("simt: heads that are the same memory take no boxes") {
  const auto takes = [](int64_t batch_stride, int64_t frame_stride, int64_t head_stride, int64_t batch) {
    return takes_boxes(Heads<const __half>{nullptr, batch_stride, frame_stride, head_stride}, batch, 64, 2);
  };
  EXPECT(takes(64 * 128, 128, 64, 2));
  EXPECT(takes(0, 128, 64, 1));
  EXPECT(!takes(0, 128, 64, 2));
  EXPECT(!takes(64 * 128, 0, 64, 2));
  EXPECT(!takes(64 * 128, 128, 0, 2));
}

/// Two threads, a writer and a reader, pass numbers through one place, in phases.
enum class Pass { there, without_done };
template <Pass pass>
__global__ void phases_kernel(int* out, int count) {
  auto* const barriers = reinterpret_cast<uint64_t*>(dynamic_shared());
  volatile int* const place = reinterpret_cast<int*>(barriers + 2);
  if (threadIdx.x == 0) ptx::mbarrier_init(barriers, 1), ptx::mbarrier_init(barriers + 1, 1);
  __syncthreads();
  for (int i = 0; i < count; ++i) {
    const auto parity = static_cast<uint32_t>(i % 2);
    if (threadIdx.x == 0) {
      if constexpr (pass == Pass::there) ptx::mbarrier_wait(barriers + 1, parity ^ 1);
      *place = i;
      ptx::mbarrier_arrive(barriers);
    } else {
      ptx::mbarrier_wait(barriers, parity);
      out[i] = *place;
      ptx::mbarrier_arrive(barriers + 1);
    }
  }
}

template <Pass pass>
bool passes_in_order(const char* order) {
  ::setenv("SIDESTEP_SIMT_ORDER", order, 1);
  constexpr int kCount = 50;
  int* out = device_memory<int>(kCount);
  launch(phases_kernel<pass>, 1, 2, 64, new_queue())(out, kCount);
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  for (int i = 0; i < kCount; ++i)
    if (out[i] != i) return false;
  return true;
}

TEST("simt: phases of a barrier in shared memory keep two threads in step, and without them they are not") {
  for (const char* order : {"forward", "reverse", "random", "runaway"}) {
    expect_silence(last_words_of([&] { std::_Exit(passes_in_order<Pass::there>(order) ? 0 : 1); }));
    EXPECT(last_words_of([&] { std::_Exit(passes_in_order<Pass::without_done>(order) ? 0 : 1); }) != "");
  }
}

enum class Misuse { not_made, too_many, never, box_askew };
template <Misuse misuse>
__global__ void misuse_kernel(SIDESTEP_GRID_CONSTANT(Maps) maps) {
  unsigned char* const memory = turned_memory(dynamic_shared());
  auto* const barrier = reinterpret_cast<uint64_t*>(memory + 16384);
  if constexpr (misuse != Misuse::not_made) ptx::mbarrier_init(barrier, 1);
  if constexpr (misuse == Misuse::not_made) ptx::mbarrier_arrive(barrier);
  if constexpr (misuse == Misuse::too_many) ptx::mbarrier_arrive_expect(barrier, 16), ptx::mbarrier_arrive(barrier);
  if constexpr (misuse == Misuse::never) ptx::mbarrier_wait(barrier, 0);
  if constexpr (misuse == Misuse::box_askew) ptx::copy_box(memory + 128, &maps.a, barrier, 0, 0, 0, 0);
}

template <Misuse misuse>
std::string words_of_misuse() {
  return last_words_of([] {
    const Heads<const __half> heads{device_memory<__half>(64 * 64), 64 * 64, 64, 64};
    const CUtensorMap map = heads_map(heads, 1, 64, 1, 64, 64);
    launch(misuse_kernel<misuse>, 1, 1, 32768, new_queue())(Maps{map, map});
  });
}

TEST("simt: misused barriers and copies of boxes are named") {
  expect_words(words_of_misuse<Misuse::not_made>(), "a barrier that was not made");
  expect_words(words_of_misuse<Misuse::too_many>(), "more threads arrive than were announced");
  expect_words(words_of_misuse<Misuse::never>(), "waits at an mbarrier");
  expect_words(words_of_misuse<Misuse::box_askew>(), "multiple of 1024");
}

bool refused(int64_t offset, int64_t frame_stride, int64_t rows) {
  const Heads<const __half> heads{device_memory<__half>(64 * 600) + offset, 64 * 600, frame_stride, 64};
  try {
    heads_map(heads, 1, 64, 1, 64, rows);
  } catch (const Error& error) {
    return error.code() == "native/cuda-failed";
  }
  return false;
}

TEST("simt: a map of a tensor is refused where the driver's documentation refuses it") {
  expect_silence(last_words_of([] {
    const bool good =
        !refused(0, 72, 256) && refused(0, 0, 64) && refused(4, 64, 64) && refused(0, 68, 64) && refused(0, 64, 257);
    std::_Exit(good ? 0 : 1);
  }));
}

}  // namespace
}  // namespace sidestep::cuda
