// The long-run load factor under retry budgets, exactly: a natural number of any
// size over a power of 100. Budgets are whole percents, so products and sums of
// factors stay of this form, and a bound is compared without rounding.
//
//   LoadFactor factor = LoadFactor(1).TimesPercent(120).Times(3);   // 3.6
//   if (factor.AtMostThousandths(3'600)) ...
#ifndef WEIR_COMPILER_CHECKS_LOAD_FACTOR_H_
#define WEIR_COMPILER_CHECKS_LOAD_FACTOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace weir::compiler {

class LoadFactor {
 public:
  LoadFactor() = default;  // zero
  explicit LoadFactor(std::uint32_t whole) {
    if (whole > 0) limbs_.push_back(whole);
  }

  LoadFactor Times(std::uint32_t factor) const {
    LoadFactor product = *this;
    product.Multiply(factor);
    return product;
  }
  LoadFactor TimesPercent(std::uint32_t percent) const {
    if (percent == 100) return *this;
    LoadFactor product = Times(percent);
    ++product.hundreds_;
    return product;
  }
  LoadFactor Plus(const LoadFactor& other) const {
    LoadFactor a = *this, b = other;
    Align(a, b);
    std::uint64_t carry = 0;
    a.limbs_.resize(std::max(a.limbs_.size(), b.limbs_.size()));
    for (std::size_t i = 0; i < a.limbs_.size(); ++i) {
      carry += std::uint64_t{a.limbs_[i]} + (i < b.limbs_.size() ? b.limbs_[i] : 0);
      a.limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry > 0) a.limbs_.push_back(static_cast<std::uint32_t>(carry));
    return a;
  }

  friend bool operator<(const LoadFactor& left, const LoadFactor& right) {
    LoadFactor a = left, b = right;
    Align(a, b);
    if (a.limbs_.size() != b.limbs_.size()) return a.limbs_.size() < b.limbs_.size();
    return std::lexicographical_compare(a.limbs_.rbegin(), a.limbs_.rend(), b.limbs_.rbegin(),
                                        b.limbs_.rend());
  }
  bool AtMostThousandths(std::uint64_t bound) const {
    LoadFactor other;
    for (; bound > 0; bound >>= 32) other.limbs_.push_back(static_cast<std::uint32_t>(bound));
    return !(other < Times(1000));
  }

  // For people: rounded.
  double Rounded() const {
    double value = 0;
    for (std::size_t i = limbs_.size(); i-- > 0;) value = value * 4294967296.0 + limbs_[i];
    for (std::uint32_t i = 0; i < hundreds_; ++i) value /= 100;
    return value;
  }
  std::string Text() const {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", Rounded());
    return text;
  }

 private:
  void Multiply(std::uint32_t factor) {
    std::uint64_t carry = 0;
    for (std::uint32_t& limb : limbs_) {
      carry += std::uint64_t{limb} * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry > 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
    while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  }
  static void Align(LoadFactor& a, LoadFactor& b) {
    LoadFactor& fewer = a.hundreds_ < b.hundreds_ ? a : b;
    const std::uint32_t wanted = std::max(a.hundreds_, b.hundreds_);
    for (; fewer.hundreds_ < wanted; ++fewer.hundreds_) fewer.Multiply(100);
  }

  std::vector<std::uint32_t> limbs_;  // least first, the last not zero
  std::uint32_t hundreds_ = 0;        // the value is the number over 100 to this
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_LOAD_FACTOR_H_
