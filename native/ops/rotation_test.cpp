#include "ops/rotation.h"

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

// Batches of matrices of n rows; one row has an empty triangle.
struct Case {
  int64_t batch, n;
};
constexpr Case kCases[] = {{1, 1}, {3, 1}, {1, 2}, {2, 3}, {5, 8}, {2, 17}, {1, 64}};

int64_t triangle(int64_t n) { return n * (n - 1) / 2; }

/// Visits (matrix, row, column, index in the vector) of every element above a diagonal, in the order they are stored.
template <typename Body>
void for_each_pair(const Case& c, const Body& body) {
  size_t index = 0;
  for (int64_t b = 0; b < c.batch; ++b)
    for (int64_t i = 0; i < c.n; ++i)
      for (int64_t j = i + 1; j < c.n; ++j) body(b, i, j, index++);
}

size_t place(const Case& c, int64_t b, int64_t i, int64_t j) { return static_cast<size_t>((b * c.n + i) * c.n + j); }

Doubles skew_f64(const Case& c, const Doubles& vector) {
  Doubles q(static_cast<size_t>(c.batch * c.n * c.n));
  for_each_pair(c, [&](int64_t b, int64_t i, int64_t j, size_t index) {
    q[place(c, b, i, j)] = vector[index];
    q[place(c, b, j, i)] = -vector[index];
  });
  return q;
}

TEST("skew_symmetric: the triangle above, its negative below, zeros between, over whatever was there") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const Storage vector = random_tensor({c.batch, triangle(c.n)}, 1), q = random_tensor({c.batch, c.n, c.n}, 2);
    skew_symmetric({vector.view(), q.tensor()}, stream);
    EXPECT(values_of(q.view()) == skew_f64(c, values_of(vector.view())));
  }
}

TEST("skew_symmetric_backward: the gradient of the triangle, added to what is there, is a central difference") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const Storage dq = random_tensor({c.batch, c.n, c.n}, 3), dvector = random_tensor({c.batch, triangle(c.n)}, 4);
    Doubles expected = values_of(dvector.view());
    const Doubles slope =
        numeric_gradient([&](const Doubles& v) { return skew_f64(c, v); }, Doubles(expected.size()), values_of(dq.view()));
    for (size_t i = 0; i < expected.size(); ++i) expected[i] += slope[i];
    skew_symmetric_backward({dq.view(), dvector.tensor()}, stream);
    expect_near(dvector.view(), expected, 2e-7);
  }
}

TEST("cayley_inverse: times I + q it is the identity") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases)
    for (const double spread : {1e-4, 1.0, 30.0}) {
      const Storage vector = random_tensor({c.batch, triangle(c.n)}, 5, DType::f32, spread);
      const Storage q(DType::f32, {c.batch, c.n, c.n}), inverse = random_tensor({c.batch, c.n, c.n}, 6);
      skew_symmetric({vector.view(), q.tensor()}, stream);
      cayley_inverse({q.view(), inverse.tensor()}, stream);
      const Doubles a = values_of(q.view()), x = values_of(inverse.view());
      for (int64_t b = 0; b < c.batch; ++b) {
        double error = 0, size = 0;
        for (int64_t i = 0; i < c.n; ++i)
          for (int64_t j = 0; j < c.n; ++j) {
            double sum = x[place(c, b, i, j)];
            for (int64_t k = 0; k < c.n; ++k) sum += a[place(c, b, i, k)] * x[place(c, b, k, j)];
            error += (sum - (i == j)) * (sum - (i == j));
            size += a[place(c, b, i, j)] * a[place(c, b, i, j)];
          }
        // The inverse is rounded to f32 once, and a product with I + q, of this norm, enlarges that; |inverse| <= sqrt(n).
        const double n = static_cast<double>(c.n);
        EXPECT(std::sqrt(error) <= one_rounding(DType::f32) * (std::sqrt(size) + std::sqrt(n)) * std::sqrt(n));
      }
    }
}

// (I + q) of one pair (0, far) of size s is inverted in closed form: (I - q) / (1 + s^2) there. Its diagonal, 1e-20, is all
// cancellation unless s itself is the pivot of column 0, so a pivot that is overlooked shows, though the matrix as a whole would
// hardly differ.
TEST("cayley_inverse: the pivot is found wherever in its column it lies") {
  Stream stream = cpu_stream();
  constexpr int64_t n = 140;
  constexpr float size = 1e10F;
  for (const int64_t far : {int64_t{1}, int64_t{40}, int64_t{135}}) {
    const Case c{1, n};
    const Storage vector(DType::f32, {1, triangle(n)}), q(DType::f32, {1, n, n}), inverse(DType::f32, {1, n, n});
    vector.tensor().data<float>()[far - 1] = size;
    skew_symmetric({vector.view(), q.tensor()}, stream);
    cayley_inverse({q.view(), inverse.tensor()}, stream);
    Doubles expected(static_cast<size_t>(n * n));
    for (int64_t i = 0; i < n; ++i) expected[place(c, 0, i, i)] = i == 0 || i == far ? 1e-20 : 1;
    expected[place(c, 0, 0, far)] = -1e-10;
    expected[place(c, 0, far, 0)] = 1e-10;
    const Doubles found = values_of(inverse.view());
    for (size_t i = 0; i < found.size(); ++i) EXPECT(std::abs(found[i] - expected[i]) <= 1e-6 * std::abs(expected[i]));
  }
}

TEST("project_rotation: only what is too long is shortened, to eps / sqrt(B), direction kept") {
  Stream stream = cpu_stream();
  for (const Case& c : kCases) {
    const auto width = static_cast<size_t>(triangle(c.n));
    if (width == 0) continue;
    const Storage vector = random_tensor({c.batch, triangle(c.n)}, 7);
    Doubles expected = values_of(vector.view());
    const auto norm = [&](size_t b) {
      double squares = 0;
      for (size_t i = 0; i < width; ++i) squares += 2 * expected[b * width + i] * expected[b * width + i];
      return std::sqrt(squares);
    };
    // The bound lies above the first row's norm and below that of every longer row.
    const double bound = norm(0) * 1.0001;
    for (size_t b = 0; b < static_cast<size_t>(c.batch); ++b) {
      const double length = norm(b);
      for (size_t i = 0; i < width && length > bound; ++i) expected[b * width + i] *= bound / length;
    }
    const Doubles first = part(expected, 0, triangle(c.n));
    project_rotation({vector.tensor(), bound * std::sqrt(static_cast<double>(c.batch))}, stream);
    expect_near(vector.view(), expected, one_rounding(DType::f32));
    EXPECT(values_of(vector.view().select(0, 0)) == first);
    project_rotation({vector.tensor(), 0.5 * bound * std::sqrt(static_cast<double>(c.batch))}, stream);
    double squares = 0;
    for (const double v : values_of(vector.view().select(0, 0))) squares += 2 * v * v;
    EXPECT(std::abs(std::sqrt(squares) / (0.5 * bound) - 1) < 1e-6);
  }
}

TEST("rotation: matrices that are not square and triangles of another size are refused") {
  Stream stream = cpu_stream(1);
  const Storage q(DType::f32, {2, 3, 3}), oblong(DType::f32, {2, 3, 4}), vector(DType::f32, {2, 4});
  EXPECT_ERROR(skew_symmetric({vector.view(), q.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(skew_symmetric_backward({q.view(), vector.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(cayley_inverse({oblong.view(), oblong.tensor()}, stream), "native/shape-mismatch");
  EXPECT_ERROR(project_rotation({q.tensor()}, stream), "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep::testing
