// The sealed solver: verdicts, models, cores and the class problem.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/smt/class_solver.h"
#include "compiler/smt/solver.h"

namespace weir::smt {
namespace {

TEST(Prove, ProvesRefutesAndFlagsVacuity) {
  Context context;
  const Int x = context.IntVariable("x");
  const Bool above[] = {x > context.Integer(3)};
  EXPECT_TRUE(IsProved(Prove(context, "above", above, x >= context.Integer(4))));
  const Int show[] = {x};
  const auto refuted = Prove(context, "above", above, x >= context.Integer(5), show);
  ASSERT_TRUE(IsRefuted(refuted));
  EXPECT_EQ(std::get<Refuted<std::string>>(refuted).witness, "x = 4");
  const Bool nothing[] = {x > x};
  const auto vacuous = Prove(context, "nothing", nothing, context.False());
  ASSERT_TRUE(IsProved(vacuous));
  EXPECT_NE(std::get<Proved>(vacuous).note, "");
}

TEST(Solver, QueriesAreNamedBudgetedAndForgotten) {
  Context context;
  Solver solver(context, Logic::kFinite);
  const BitVec d = context.BitsVariable("d", 3);
  solver.Add(d <= context.Bits(4, 3));
  ASSERT_EQ(solver.Check("high", d == context.Bits(4, 3)).kind, Answer::Kind::kSatisfiable);
  EXPECT_EQ(solver.Value(d), 4u);
  EXPECT_EQ(solver.Check("too high", d == context.Bits(5, 3)).kind, Answer::Kind::kUnsatisfiable);
  ASSERT_EQ(solver.Check("low", d == context.Bits(0, 3)).kind, Answer::Kind::kSatisfiable);
  EXPECT_EQ(solver.Value(d), 0u);
}

TEST(Solver, UnknownNamesTheQuery) {
  Context context;
  Solver solver(context, Logic::kIntegers);
  // Fermat for cubes: beyond what a millisecond decides.
  const Int a = context.IntVariable("a"), b = context.IntVariable("b"),
            c = context.IntVariable("c"), one = context.Integer(1);
  const Answer answer =
      solver.Check("cubes", (a >= one) && (b >= one) && (a * a * a + b * b * b == c * c * c), 1);
  ASSERT_EQ(answer.kind, Answer::Kind::kUnknown);
  EXPECT_NE(answer.reason.find("cubes"), std::string::npos);
}

// Twelve pigeons in eleven holes: far beyond the steps of a millisecond.
std::string GivesUp() {
  constexpr int kPigeons = 12;
  Context context;
  Solver solver(context, Logic::kFinite);
  std::vector<std::vector<Bool>> in(kPigeons);
  for (int p = 0; p < kPigeons; ++p) {
    for (int h = 0; h + 1 < kPigeons; ++h) {
      in[static_cast<std::size_t>(p)].push_back(
          context.BoolVariable("p" + std::to_string(p) + "h" + std::to_string(h)));
    }
    solver.Add(context.Any(in[static_cast<std::size_t>(p)]));
  }
  for (std::size_t h = 0; h + 1 < kPigeons; ++h) {
    for (std::size_t a = 0; a < kPigeons; ++a) {
      for (std::size_t b = 0; b < a; ++b) solver.Add(!(in[a][h] && in[b][h]));
    }
  }
  const Answer answer = solver.Check("pigeons", context.True(), 1);
  EXPECT_EQ(answer.kind, Answer::Kind::kUnknown);
  return answer.reason;
}

TEST(Solver, ABudgetCountsStepsAndEndsAtTheSameOne) {
  const std::string reason = GivesUp();
  EXPECT_NE(reason.find("over its budget of 4000 steps"), std::string::npos) << reason;
  EXPECT_EQ(GivesUp(), reason);
}

// The engine for finite domains knows no integers: no budget is to blame.
TEST(Solver, AReasonThatIsNoLimitIsToldAsItIs) {
  Context context;
  Solver solver(context, Logic::kFinite);
  const Int x = context.IntVariable("x"), y = context.IntVariable("y");
  const Answer answer = solver.Check("squares", x * x == y + y + context.Integer(1), 5000);
  ASSERT_EQ(answer.kind, Answer::Kind::kUnknown);
  EXPECT_EQ(answer.reason.find("budget"), std::string::npos) << answer.reason;
  EXPECT_EQ(answer.reason.find("clock"), std::string::npos) << answer.reason;
}

CandidateSet Set(std::uint64_t bits) { return {{bits}}; }

TEST(SolveClasses, FindsAnEscape) {
  // Candidate 0 matches class 0 of both; candidate 1 class 1 of the first.
  const ClassProblem problem{2, {{Set(0b01), Set(0b10)}, {Set(0b11), Set(0b10)}}};
  const ClassAnswer answer = SolveClasses(problem, 500);
  ASSERT_EQ(answer.kind, ClassAnswer::Kind::kEscapes);
  EXPECT_EQ(answer.classes, (std::vector<std::uint32_t>{0, 1}));
}

TEST(SolveClasses, AMinimalCoreCovers) {
  // 0 and 1 cover the two classes together, 2 covers half of one of them.
  const ClassProblem problem{3, {{Set(0b101), Set(0b010)}, {Set(0b111), Set(0b011)}}};
  const ClassAnswer answer = SolveClasses(problem, 500);
  ASSERT_EQ(answer.kind, ClassAnswer::Kind::kCovered);
  EXPECT_EQ(answer.core, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_NE(ClassScript(problem).find("check-sat"), std::string::npos);
}

}  // namespace
}  // namespace weir::smt
