#include "ops/gemm_blocked.h"

#include <algorithm>
#include <optional>

#include "ops/gemm_tile.h"
#include "ops/kernels.h"
#include "ops/thread_scratch.h"

namespace sidestep::gemm_detail {
namespace {

constexpr int64_t kMaxKc = 512;
// Columns of B packed at once: 4 MB at most.
constexpr int64_t kMaxNc = 2048;
// Panels of A that one task packs: 450 KB at most, read from L2 once for every kTilesTogether panels of B.
constexpr int64_t kPanelsPerTask = 16;
// Panels of packed B that a panel of A meets while it stays in L1; 256 KB at most, kept in L2 for the task's next panels.
constexpr int64_t kTilesTogether = 4;
// Tasks per thread below which work is cut finer: another process may take a core away at any time.
constexpr int64_t kTasksPerThread = 4;
// An element of A that meets fewer columns than this does not repay its packing, nor does a panel of few columns.
constexpr int64_t kDirectAColumns = 256;
constexpr int64_t kDirectADepth = 64;
// A row of B that meets fewer panels of A than this is read where it is.
constexpr int64_t kDirectBPanels = 5;
// Rows of a thread that repay its own packing of all of B, 4 % of its time.
constexpr int64_t kStripRows = 320;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

thread_local cpu::ThreadScratch packed_a, packed_b;  // bounded by the constants above

void for_each(ThreadPool* pool, int64_t count, const std::function<void(int64_t)>& body) {
  if (pool != nullptr) return pool->parallel_for(count, body);
  for (int64_t i = 0; i < count; ++i) body(i);
}

// `count` things cut into `parts` whose sizes differ by one at most.
struct Cut {
  int64_t count, parts;
  int64_t begin(int64_t part) const { return part * count / parts; }
  int64_t largest() const { return ceil_div(count, parts); }
};

// How C is cut: tiles of `height` × `width`; a task is one part of the rows of tiles by one of the columns.
struct Grid {
  int64_t height, width;
  Cut rows, columns;
  int64_t tasks() const { return rows.parts * columns.parts; }
};

enum class Reading : uint8_t { packed, direct };

Grid make_grid(const Problem& p, int64_t n, Reading b, int threads) {
  const TileKernels& kernels = tile_kernels();
  // Even heights: 16 rows are 8 + 8, not 14 + 2.
  const int64_t height = ceil_div(p.m, ceil_div(p.m, kernels.rows)), rows = ceil_div(p.m, height);
  const int64_t width = kernels.columns(), columns = ceil_div(n, width);
  // As many tasks for each thread, all of one size: a thread that gets one panel of 27 more makes the others wait 4 %.
  const int64_t wanted = threads == 1 ? 1 : kTasksPerThread * threads;
  const int64_t fewest = std::max(wanted, ceil_div(ceil_div(rows, kPanelsPerTask), threads) * threads);
  const int64_t row_parts = b == Reading::direct ? 1 : std::min(rows, fewest);
  return {height, width, {rows, row_parts}, {columns, std::clamp(ceil_div(wanted, row_parts), int64_t{1}, columns)}};
}

// One block of the sum: k_first … k_first + kc, columns first_column … + n.
struct Block {
  int64_t k_first, kc;
  int64_t first_column, n;
  float beta;         ///< 1 after the first block of the sum
  const float* bias;  ///< given with the first
  Reading a, b;
  const float* packed_b;
};

struct TilePlace {
  int64_t row, rows;
  int64_t column, columns;  ///< within the block
};

void run_tile(const Problem& p, const Block& block, const Grid& grid, const TilePlace& at, const float* packed_panel) {
  const TileKernels& kernels = tile_kernels();
  const int64_t column = block.first_column + at.column;
  Tile tile{.kc = block.kc,
            .a = packed_panel,
            .a_step = at.rows,
            .b = nullptr,
            .b_step = 0,
            .c = p.c + at.row * p.ldc + column,
            .ldc = p.ldc,
            .columns = at.columns,
            .alpha = p.alpha,
            .beta = block.beta,
            .bias = block.bias == nullptr ? nullptr : block.bias + column};
  Source source = Source::interleaved;
  if (block.a == Reading::direct) {
    const bool rows = p.a.along == Along::k;
    source = rows ? Source::row_major : Source::interleaved;
    tile.a = static_cast<const float*>(p.a.data) + (rows ? at.row * p.a.ld + block.k_first : block.k_first * p.a.ld + at.row);
    tile.a_step = p.a.ld;
  }
  if (block.b == Reading::packed) {
    tile.b = block.packed_b + at.column * block.kc;
    tile.b_step = grid.width;
  } else {
    tile.b = static_cast<const float*>(p.b.data) + block.k_first * p.b.ld + column;
    tile.b_step = p.b.ld;
  }
  const int64_t vectors = ceil_div(at.columns, kernels.lanes);
  kernels.tile[static_cast<size_t>(source)][at.rows - 1][vectors - 1](tile);
}

void run_task(const Problem& p, const Block& block, const Grid& grid, int64_t index) {
  const int64_t row_part = index / grid.columns.parts, column_part = index % grid.columns.parts;
  const int64_t first_panel = grid.rows.begin(row_part), end_panel = grid.rows.begin(row_part + 1);
  const int64_t first_tile = grid.columns.begin(column_part), end_tile = grid.columns.begin(column_part + 1);
  const int64_t panel_floats = grid.height * block.kc;
  float* panels = nullptr;
  if (block.a == Reading::packed) {
    panels = packed_a.at_least(grid.rows.largest() * panel_floats);
    const int64_t row = first_panel * grid.height, rows = std::min(end_panel * grid.height, p.m) - row;
    pack(p.a, PanelRun{row, rows, grid.height, LastPanel::narrow, block.k_first, block.kc}, panels);
  }
  const int64_t together = block.b == Reading::packed ? kTilesTogether : 1;
  for (int64_t tile = first_tile; tile < end_tile; tile += together) {
    const int64_t end = std::min(tile + together, end_tile);
    for (int64_t i = first_panel; i < end_panel; ++i)
      for (int64_t j = tile; j < end; ++j) {
        const TilePlace place{i * grid.height, std::min(grid.height, p.m - i * grid.height), j * grid.width,
                              std::min(grid.width, block.n - j * grid.width)};
        run_tile(p, block, grid, place, panels + (i - first_panel) * panel_floats);
      }
  }
}

void pack_b(const Problem& p, Block& block, const Grid& grid, ThreadPool* pool) {
  float* to = packed_b.at_least(grid.columns.count * grid.width * block.kc);
  block.packed_b = to;
  const int64_t lines_per_task = kTilesTogether * grid.width;
  for_each(pool, ceil_div(block.n, lines_per_task), [&](int64_t index) {
    const int64_t first = index * lines_per_task, lines = std::min(lines_per_task, block.n - first);
    pack(p.b, PanelRun{block.first_column + first, lines, grid.width, LastPanel::padded, block.k_first, block.kc},
         to + first * block.kc);
  });
}

// The places where the sum is cut, equal pieces of at most kMaxKc.
int64_t piece_of(int64_t k) { return k == 0 ? 0 : ceil_div(k, ceil_div(k, kMaxKc)); }

// Whether neighbouring rows of A begin on different sets of the first cache (64 of 64 bytes): only then do a register tile's rows
// stay there where they are, as a packed panel does.
bool rows_spread(const Operand& a) {
  constexpr int64_t kWay = 4096 / sizeof(float);
  return a.along == Along::k && a.ld % kWay != 0;
}

bool whole_vectors_are_readable(const Problem& p) { return p.n % tile_kernels().lanes == 0; }

Reading reading_of_a(const Problem& p) {
  // A transposed A is read with long strides, which only a single pass over it can afford.
  const int64_t few = p.a.along == Along::k ? kDirectAColumns : tile_kernels().columns();
  const bool direct = p.a.dtype == DType::f32 && (p.n <= few || p.k <= kDirectADepth || rows_spread(p.a));
  return direct ? Reading::direct : Reading::packed;
}

Reading reading_of_b(const Problem& p) {
  // A tile reads whole vectors of B; only a packed panel has the zeros that fill up the last one.
  const bool direct = p.b.dtype == DType::f32 && p.b.along == Along::panel && p.m <= kDirectBPanels * tile_kernels().rows &&
                      whole_vectors_are_readable(p);
  return direct ? Reading::direct : Reading::packed;
}

// C's rows in one part for each thread, a part in strips of a few tiles' columns. Of every strip a thread packs B for itself and
// reads A where it lies, so what it touches but for B is in the rows that are its own in the ops around. Weights come from
// memory: what of B is packed next is asked for meanwhile, where a product that packs all of B first would wait for it.
struct Strips {
  const Problem& p;
  Grid grid;  ///< a strip is a part of the columns
  int64_t piece;

  PanelRun lines(int64_t strip, int64_t k) const {
    const int64_t first = grid.columns.begin(strip) * grid.width;
    return {first,      std::min(grid.columns.begin(strip + 1) * grid.width, p.n) - first,
            grid.width, LastPanel::padded,
            k,          std::min(piece, p.k - k)};
  }
  std::optional<PanelRun> lines_after(int64_t strip, int64_t k) const {
    if (k + piece < p.k) return lines(strip, k + piece);
    if (strip + 1 < grid.columns.parts) return lines(strip + 1, 0);
    return std::nullopt;
  }
};

std::optional<Strips> make_strips(const Problem& p, ThreadPool* pool) {
  if (pool == nullptr || p.k == 0 || p.m < kStripRows * pool->threads()) return std::nullopt;
  Grid grid = make_grid(p, p.n, Reading::packed, pool->threads());
  grid.rows.parts = pool->threads();
  grid.columns.parts = ceil_div(grid.columns.count, kTilesTogether);
  return Strips{p, grid, piece_of(p.k)};
}

void run_strip(const Strips& s, int64_t row_part, int64_t strip) {
  const Problem& p = s.p;
  const Grid& grid = s.grid;
  const int64_t first_panel = grid.rows.begin(row_part), panels = grid.rows.begin(row_part + 1) - first_panel;
  float* packed = packed_b.at_least(grid.columns.largest() * grid.width * s.piece);
  for (int64_t k = 0; k < p.k; k += s.piece) {
    const PanelRun lines = s.lines(strip, k);
    const std::optional<PanelRun> next = s.lines_after(strip, k);
    pack(p.b, lines, packed);
    const Block block{.k_first = k,
                      .kc = lines.kc,
                      .first_column = lines.first,
                      .n = lines.lines,
                      .beta = k == 0 ? p.beta : 1,
                      .bias = k == 0 ? p.bias : nullptr,
                      .a = Reading::direct,
                      .b = Reading::packed,
                      .packed_b = packed};
    for (int64_t i = 0; i < panels; ++i) {
      if (next) fetch(p.b, *next, i, panels);
      for (int64_t j = 0; j < block.n; j += grid.width) {
        const int64_t row = (first_panel + i) * grid.height;
        run_tile(p, block, grid, {row, std::min(grid.height, p.m - row), j, std::min(grid.width, block.n - j)}, nullptr);
      }
    }
  }
}

void multiply_tiles(const Problem& p, ThreadPool* pool) {
  const Reading a = reading_of_a(p), b = reading_of_b(p);
  if (a == Reading::direct && b == Reading::packed) {
    if (const std::optional<Strips> strips = make_strips(p, pool)) {
      const int64_t parts = strips->grid.columns.parts;
      return pool->parallel_for(strips->grid.tasks(), [&](int64_t task) { run_strip(*strips, task / parts, task % parts); });
    }
  }
  const int threads = pool == nullptr ? 1 : pool->threads();
  const int64_t piece = piece_of(p.k);
  for (int64_t column = 0; column < p.n; column += kMaxNc) {
    int64_t k = 0;
    do {
      Block block{.k_first = k,
                  .kc = std::min(piece, p.k - k),
                  .first_column = column,
                  .n = std::min(kMaxNc, p.n - column),
                  .beta = k == 0 ? p.beta : 1,
                  .bias = k == 0 ? p.bias : nullptr,
                  .a = a,
                  .b = b,
                  .packed_b = nullptr};
      const Grid grid = make_grid(p, block.n, block.b, threads);
      if (block.b == Reading::packed) pack_b(p, block, grid, pool);
      for_each(pool, grid.tasks(), [&](int64_t index) { run_task(p, block, grid, index); });
      k += block.kc;
    } while (k < p.k);
  }
}

bool suits_dots(const Problem& p) {
  return p.m <= kMaxDotRows && p.k > 0 && p.a.dtype == DType::f32 && p.a.along == Along::k && p.b.along == Along::k;
}

// Lines of B along k as f32: where they lie, or widened beside.
struct Lines {
  const float* data;
  int64_t ld;
};

Lines lines_as_floats(const Problem& p, int64_t first, int64_t count) {
  if (p.b.dtype == DType::f32) return {static_cast<const float*>(p.b.data) + first * p.b.ld, p.b.ld};
  const auto* from = static_cast<const std::byte*>(p.b.data);
  const auto size = static_cast<int64_t>(dtype_size(p.b.dtype));
  float* wide = packed_b.at_least(count * p.k);
  for (int64_t i = 0; i < count; ++i)
    cpu::vector_kernels().convert(p.b.dtype, from + (first + i) * p.b.ld * size, DType::f32, wide + i * p.k, p.k);
  return {wide, p.k};
}

// Few rows: B is read once.
void multiply_dots(const Problem& p, ThreadPool* pool) {
  const int64_t columns_per_task = std::clamp<int64_t>(65536 / p.k, 1, 256);
  for_each(pool, ceil_div(p.n, columns_per_task), [&](int64_t index) {
    const int64_t first = index * columns_per_task, columns = std::min(columns_per_task, p.n - first);
    const Lines b = lines_as_floats(p, first, columns);
    tile_kernels().dots[p.m - 1]({.k = p.k,
                                  .a = static_cast<const float*>(p.a.data),
                                  .lda = p.a.ld,
                                  .b = b.data,
                                  .ldb = b.ld,
                                  .c = p.c + first,
                                  .ldc = p.ldc,
                                  .columns = columns,
                                  .alpha = p.alpha,
                                  .beta = p.beta,
                                  .bias = p.bias == nullptr ? nullptr : p.bias + first});
  });
}

}  // namespace

void multiply_blocked(const Problem& problem, ThreadPool* pool) {
  if (problem.m == 0 || problem.n == 0) return;
  if (suits_dots(problem))
    multiply_dots(problem, pool);
  else
    multiply_tiles(problem, pool);
}

}  // namespace sidestep::gemm_detail
