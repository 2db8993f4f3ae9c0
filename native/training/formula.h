#pragma once
#include <map>
#include <memory>
#include <string>

namespace sidestep {

/// A learning-rate formula of the user's own, parsed once and evaluated safely: numbers, the variables given, and nothing
/// else. The grammar is the part of Python's expressions that such formulas use, so that upstream's formulas keep their
/// meaning:  a if c else b,  or and not,  < <= > >= == !=,  + - * / // %,  unary + -,  ** (binds tighter than unary
/// minus on its left),  ( ),  cos sin exp log sqrt abs (1 argument),  pow (2),  clamp(x, low, high),  min max (1 or
/// more),  pi and e.
class Formula {
 public:
  using Variables = std::map<std::string, double>;

  /// Throws train/formula-invalid with the column for bad syntax, an unknown name or a wrong number of arguments.
  /// `names` are the variables that may occur.
  Formula(const std::string& text, const Variables& names);

  /// May be NaN or infinite (log of a negative number, division by zero): the caller decides what that means.
  double evaluate(const Variables& variables) const;
  const std::string& text() const { return text_; }

  struct Node;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

}  // namespace sidestep
