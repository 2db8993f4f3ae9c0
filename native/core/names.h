#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sidestep {

template <typename E>
struct Named {
  const char* name;
  E value;
};

/// The words that YAML, files and messages have for an enum's values: every enum that they name has one such table.
template <typename E, size_t N>
struct Names {
  Named<E> rows[N];

  constexpr const char* of(E value) const {
    for (const Named<E>& row : rows) {
      if (row.value == value) return row.name;
    }
    return "";
  }
  /// Null for a word that none of them has.
  constexpr const E* find(std::string_view name) const {
    for (const Named<E>& row : rows) {
      if (row.name == name) return &row.value;
    }
    return nullptr;
  }
  /// "a, b, c"
  std::string listed() const {
    std::string out;
    for (const Named<E>& row : rows) out += std::string(out.empty() ? "" : ", ") + row.name;
    return out;
  }
};

template <typename E, size_t N>
Names(const Named<E> (&)[N]) -> Names<E, N>;

}  // namespace sidestep
