#include "training/formula.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include "core/error.h"
#include "core/math.h"

namespace sidestep {

/// One evaluated thing: its value as a function of the variables.
struct Formula::Node {
  std::function<double(const Variables&)> value;
};

namespace {

using Variables = Formula::Variables;
using Value = std::function<double(const Variables&)>;
using Arguments = std::vector<double>;

constexpr int kMaxDepth = 64;
constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();

struct Function {
  size_t arity;
  double (*apply)(const Arguments&);
};

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> table = {
      {"cos", {1, [](const Arguments& a) { return math::cos(a[0]); }}},
      {"sin", {1, [](const Arguments& a) { return math::sin(a[0]); }}},
      {"exp", {1, [](const Arguments& a) { return math::exp(a[0]); }}},
      {"log", {1, [](const Arguments& a) { return math::log(a[0]); }}},
      {"sqrt", {1, [](const Arguments& a) { return std::sqrt(a[0]); }}},
      {"abs", {1, [](const Arguments& a) { return std::abs(a[0]); }}},
      {"pow", {2, [](const Arguments& a) { return math::pow(a[0], a[1]); }}},
      {"clamp", {3, [](const Arguments& a) { return std::max(a[1], std::min(a[2], a[0])); }}},
      {"min", {kAnyNumber, [](const Arguments& a) { return *std::min_element(a.begin(), a.end()); }}},
      {"max", {kAnyNumber, [](const Arguments& a) { return *std::max_element(a.begin(), a.end()); }}},
  };
  return table;
}

/// Python's remainder takes the divisor's sign.
double floor_remainder(double a, double b) { return a - b * std::floor(a / b); }

/// Recursive descent, one function a level of precedence, loosest first.
class Parser {
 public:
  Parser(const std::string& text, const Variables& names) : text_(text), names_(names) {}

  Value parse() {
    Value value = conditional();
    skip_space();
    if (at_ < text_.size()) fail("expected the end of the formula");
    return value;
  }

 private:
  Value conditional() {
    if (++depth_ > kMaxDepth) fail("expected at most " + std::to_string(kMaxDepth) + " nested parentheses");
    Value then = disjunction();
    if (take_word("if")) {
      Value condition = disjunction();
      if (!take_word("else")) fail("expected `else` after `if`");
      Value otherwise = conditional();
      then = [=](const Variables& v) { return condition(v) != 0 ? then(v) : otherwise(v); };
    }
    --depth_;
    return then;
  }

  Value disjunction() {
    Value left = conjunction();
    while (take_word("or")) {
      Value a = left, b = conjunction();
      left = [=](const Variables& v) {
        const double x = a(v);
        return x != 0 ? x : b(v);
      };
    }
    return left;
  }

  Value conjunction() {
    Value left = negation();
    while (take_word("and")) {
      Value a = left, b = negation();
      left = [=](const Variables& v) {
        const double x = a(v);
        return x != 0 ? b(v) : x;
      };
    }
    return left;
  }

  Value negation() {
    if (!take_word("not")) return comparison();
    if (++depth_ > kMaxDepth) fail("expected a simpler formula");
    Value a = negation();
    --depth_;
    return [=](const Variables& v) { return a(v) == 0 ? 1.0 : 0.0; };
  }

  using Compare = bool (*)(double, double);

  /// Comparisons may be chained: 0.2 < progress < 0.8 holds if both do.
  Value comparison() {
    std::vector<Value> terms{sum()};
    std::vector<Compare> tests;
    while (const Compare test = take_comparison()) {
      tests.push_back(test);
      terms.push_back(sum());
    }
    if (tests.empty()) return terms.front();
    return [=](const Variables& v) {
      double left = terms.front()(v);
      for (size_t i = 0; i < tests.size(); ++i) {
        const double right = terms[i + 1](v);
        if (!tests[i](left, right)) return 0.0;
        left = right;
      }
      return 1.0;
    };
  }

  Compare take_comparison() {
    for (const auto& [sign, compare] : comparisons()) {
      if (take(sign)) return compare;
    }
    return nullptr;
  }

  static const std::vector<std::pair<std::string, Compare>>& comparisons() {
    static const std::vector<std::pair<std::string, Compare>> table = {
        {"<=", [](double a, double b) { return a <= b; }}, {">=", [](double a, double b) { return a >= b; }},
        {"==", [](double a, double b) { return a == b; }}, {"!=", [](double a, double b) { return a != b; }},
        {"<", [](double a, double b) { return a < b; }},   {">", [](double a, double b) { return a > b; }}};
    return table;
  }

  Value sum() {
    Value left = product();
    for (;;) {
      Value a = left;
      if (take("+")) {
        Value b = product();
        left = [=](const Variables& v) { return a(v) + b(v); };
      } else if (take("-")) {
        Value b = product();
        left = [=](const Variables& v) { return a(v) - b(v); };
      } else {
        return left;
      }
    }
  }

  Value product() {
    Value left = signed_term();
    for (;;) {
      Value a = left;
      if (take("//")) {
        Value b = signed_term();
        left = [=](const Variables& v) { return std::floor(a(v) / b(v)); };
      } else if (take("/")) {
        Value b = signed_term();
        left = [=](const Variables& v) { return a(v) / b(v); };
      } else if (take("%")) {
        Value b = signed_term();
        left = [=](const Variables& v) { return floor_remainder(a(v), b(v)); };
      } else if (!ahead("**") && take("*")) {
        Value b = signed_term();
        left = [=](const Variables& v) { return a(v) * b(v); };
      } else {
        return left;
      }
    }
  }

  Value signed_term() {
    const bool minus = take("-");
    if (!minus && !take("+")) return power();
    if (++depth_ > kMaxDepth) fail("expected a simpler formula");
    Value a = signed_term();
    --depth_;
    if (!minus) return a;
    return [=](const Variables& v) { return -a(v); };
  }

  Value power() {
    Value base = atom();
    if (!take("**")) return base;
    Value exponent = signed_term();  // right-associative; 2 ** -1 is allowed
    return [=](const Variables& v) { return math::pow(base(v), exponent(v)); };
  }

  Value atom() {
    skip_space();
    if (take("(")) {
      Value inner = conditional();
      expect(")");
      return inner;
    }
    if (at_ < text_.size() && (std::isdigit(byte()) != 0 || text_[at_] == '.')) return number();
    if (at_ < text_.size() && (std::isalpha(byte()) != 0 || text_[at_] == '_')) return name();
    fail("expected a number, a name or `(`");
  }

  Value number() {
    const size_t begin = at_;
    const auto digits = [&] {
      while (at_ < text_.size() && std::isdigit(byte()) != 0) ++at_;
    };
    digits();
    if (at_ < text_.size() && text_[at_] == '.') ++at_, digits();
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      digits();
    }
    const std::string literal = text_.substr(begin, at_ - begin);
    char* end = nullptr;
    const double value = std::strtod(literal.c_str(), &end);
    if (end != literal.c_str() + literal.size()) at_ = begin, fail("expected a number");
    return [value](const Variables&) { return value; };
  }

  Value name() {
    const size_t begin = at_;
    const std::string word = read_word();
    if (const auto found = functions().find(word); found != functions().end()) return call(word, found->second);
    if (names_.contains(word)) return [word](const Variables& v) { return v.at(word); };
    if (word == "pi") return [](const Variables&) { return std::numbers::pi; };
    if (word == "True" || word == "False") return [truth = word == "True" ? 1.0 : 0.0](const Variables&) { return truth; };
    if (word == "e") return [](const Variables&) { return std::numbers::e; };
    at_ = begin;
    fail("unknown name `" + word + "`");
  }

  Value call(const std::string& word, const Function& function) {
    expect("(");
    std::vector<Value> arguments;
    do arguments.push_back(conditional());
    while (take(","));
    expect(")");
    if (function.arity != kAnyNumber && arguments.size() != function.arity) {
      fail("expected " + std::to_string(function.arity) + " arguments for " + word + " but found " +
           std::to_string(arguments.size()));
    }
    return [apply = function.apply, arguments](const Variables& v) {
      Arguments values;
      for (const Value& argument : arguments) values.push_back(argument(v));
      return apply(values);
    };
  }

  int byte() const { return static_cast<unsigned char>(text_[at_]); }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(byte()) != 0) ++at_;
  }
  bool ahead(const std::string& sign) {
    skip_space();
    return text_.compare(at_, sign.size(), sign) == 0;
  }
  bool take(const std::string& sign) {
    if (!ahead(sign)) return false;
    at_ += sign.size();
    return true;
  }
  void expect(const std::string& sign) {
    if (!take(sign)) fail("expected `" + sign + "`");
  }
  std::string read_word() {
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(byte()) != 0 || text_[at_] == '_')) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  bool take_word(const std::string& word) {
    skip_space();
    const size_t begin = at_;
    if (read_word() == word) return true;
    at_ = begin;
    return false;
  }

  [[noreturn]] void fail(const std::string& what) const {
    std::string known;
    for (const auto& [name, value] : names_) known += (known.empty() ? "" : ", ") + name;
    throw Error("train/formula-invalid",
                "Learning-rate formula, column " + std::to_string(at_ + 1) + ": " + what + " in `" + text_ + "`",
                "Variables: " + known + ". Functions: cos sin exp log sqrt abs pow min max clamp; constants: pi, e.");
  }

  const std::string& text_;
  const Variables& names_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Formula::Formula(const std::string& text, const Variables& names)
    : text_(text), root_(std::make_shared<Node>(Node{Parser(text_, names).parse()})) {}

double Formula::evaluate(const Variables& variables) const { return root_->value(variables); }

}  // namespace sidestep
