// A query is pushed, checked and popped; its model is kept past the pop.
#include "compiler/smt/solver.h"

#include <z3.h>

#include <algorithm>
#include <cassert>
#include <chrono>

#include "compiler/smt/impl.h"

namespace weir::smt {
namespace {

Z3_ast AstOf(const Term& term) { return static_cast<Z3_ast>(term.node()); }

// A budget is given as what it takes about on a usual machine, and counted in the
// solver's own steps, so that an answer does not depend on the machine or its load.
constexpr unsigned kStepsPerMs = 4'000;
constexpr unsigned kClockOverBudget = 30;

unsigned StepsOf(unsigned budget_ms) {
  // Zero would be no limit at all.
  const std::uint64_t steps = std::uint64_t{std::max(budget_ms, 1U)} * kStepsPerMs;
  return static_cast<unsigned>(std::min<std::uint64_t>(steps, 4'000'000'000));
}

// The clock is the last resort, many times what the steps take on any machine.
unsigned ClockOf(unsigned budget_ms) { return kClockOverBudget * budget_ms + 1000; }

// Which limit ended the search, if one did: Z3 says "canceled" of steps and clock alike,
// some of its engines "timeout" of the clock and "resource limit" of the steps. Whatever
// else it says (a theory that is incomplete, memory) is a reason of its own.
std::string Limit(const std::string& why, bool clock, unsigned steps) {
  if (clock) return "by the clock, the last resort: on another machine it may not; ";
  for (const char* word : {"canceled", "resource limit"}) {
    if (why.contains(word)) return "over its budget of " + std::to_string(steps) + " steps; ";
  }
  return "";
}

}  // namespace

struct Solver::Impl {
  Context& context;
  Z3_context z3;
  Z3_solver solver;
  Z3_model model = nullptr;

  Impl(Context& c, Logic logic) : context(c), z3(static_cast<Z3_context>(c.impl().z3)) {
    // QF_FD is Z3's SAT-based engine for finite domains; it knows no integers.
    solver = logic == Logic::kFinite ? Z3_mk_solver_for_logic(z3, Z3_mk_string_symbol(z3, "QF_FD"))
                                     : Z3_mk_solver(z3);
    Z3_solver_inc_ref(z3, Needed(solver));
  }
  ~Impl() {
    DropModel();
    Z3_solver_dec_ref(z3, solver);
  }
  void DropModel() {
    if (model != nullptr) Z3_model_dec_ref(z3, model);
    model = nullptr;
  }
  void SetBudget(unsigned budget_ms) {
    Z3_params params = Needed(Z3_mk_params(z3));
    Z3_params_inc_ref(z3, params);
    Z3_params_set_uint(z3, params, Z3_mk_string_symbol(z3, "rlimit"), StepsOf(budget_ms));
    Z3_params_set_uint(z3, params, Z3_mk_string_symbol(z3, "timeout"), ClockOf(budget_ms));
    Z3_solver_set_params(z3, solver, params);
    Z3_params_dec_ref(z3, params);
  }
  // A fact that there was no memory for is missing: no answer after it counts.
  void Note() {
    if (Z3_get_error_code(z3) == Z3_MEMOUT_FAIL) context.impl().no_memory = true;
  }
  Z3_ast Evaluate(const Term& term) {
    assert(model != nullptr);
    Z3_ast value = nullptr;
    Z3_model_eval(z3, model, AstOf(term), true, &value);
    return Needed(value);
  }
  std::vector<std::size_t> Core(std::span<const Bool> assumptions) {
    std::vector<std::size_t> places;
    Z3_ast_vector core = Needed(Z3_solver_get_unsat_core(z3, solver));
    Z3_ast_vector_inc_ref(z3, core);
    for (unsigned i = 0; i < Z3_ast_vector_size(z3, core); ++i) {
      const Z3_ast ast = Z3_ast_vector_get(z3, core, i);
      for (std::size_t place = 0; place < assumptions.size(); ++place) {
        if (Z3_is_eq_ast(z3, ast, AstOf(assumptions[place]))) places.push_back(place);
      }
    }
    Z3_ast_vector_dec_ref(z3, core);
    return places;
  }
};

Solver::Solver(Context& context, Logic logic) : impl_(std::make_unique<Impl>(context, logic)) {}
Solver::~Solver() = default;

void Solver::Add(Bool fact) {
  Z3_solver_assert(impl_->z3, impl_->solver, AstOf(fact));
  impl_->Note();
}
void Solver::Push() {
  Z3_solver_push(impl_->z3, impl_->solver);
  impl_->Note();
}
void Solver::Pop() { Z3_solver_pop(impl_->z3, impl_->solver, 1); }

Answer Solver::Check(const std::string& name, Bool query, unsigned budget_ms,
                     std::span<const Bool> assumptions) {
  impl_->DropModel();
  Answer answer;
  const auto no_memory = [&] {
    answer.reason = name + ": the solver gave up (by its memory of " +
                    std::to_string(kSolverMegabytes) + " MB, the last resort)";
    return answer;
  };
  if (impl_->context.impl().no_memory) return no_memory();
  impl_->SetBudget(budget_ms);
  std::vector<Z3_ast> asts;
  for (const Bool& assumption : assumptions) asts.push_back(AstOf(assumption));
  Push();
  Add(query);
  if (impl_->context.impl().no_memory) return no_memory();
  const auto start = std::chrono::steady_clock::now();
  const Z3_lbool result = Z3_solver_check_assumptions(
      impl_->z3, impl_->solver, static_cast<unsigned>(asts.size()), asts.data());
  if (result == Z3_L_TRUE) {
    answer.kind = Answer::Kind::kSatisfiable;
    impl_->model = Needed(Z3_solver_get_model(impl_->z3, impl_->solver));
    Z3_model_inc_ref(impl_->z3, impl_->model);
  } else if (result == Z3_L_FALSE) {
    answer.kind = Answer::Kind::kUnsatisfiable;
    if (!asts.empty()) answer.core = impl_->Core(assumptions);
  } else {
    impl_->Note();
    const std::string why = Z3_solver_get_reason_unknown(impl_->z3, impl_->solver);
    if (impl_->context.impl().no_memory || why.find("memory") != std::string::npos) {
      Pop();
      return no_memory();
    }
    const auto spent = std::chrono::steady_clock::now() - start;
    answer.reason =
        name + ": the solver gave up (" +
        Limit(why, spent >= std::chrono::milliseconds(ClockOf(budget_ms)), StepsOf(budget_ms)) +
        why + ")";
  }
  Pop();
  return answer;
}

bool Solver::Value(Bool term) {
  return Z3_get_bool_value(impl_->z3, impl_->Evaluate(term)) == Z3_L_TRUE;
}

std::int64_t Solver::Value(Int term) {
  std::int64_t value = 0;
  Z3_get_numeral_int64(impl_->z3, impl_->Evaluate(term), &value);
  return value;
}

std::uint64_t Solver::Value(BitVec term) {
  std::uint64_t value = 0;
  Z3_get_numeral_uint64(impl_->z3, impl_->Evaluate(term), &value);
  return value;
}

std::string Solver::Script(Bool query) {
  Push();
  Add(query);
  std::string text = Z3_solver_to_string(impl_->z3, impl_->solver);
  Pop();
  return text + "(check-sat)\n";
}

Verdict<std::string> Prove(Context& context, const std::string& name,
                           std::span<const Bool> premises, Bool goal, std::span<const Int> show,
                           unsigned budget_ms) {
  Solver solver(context, Logic::kIntegers);
  for (const Bool& premise : premises) solver.Add(premise);
  const Answer possible = solver.Check(name + " (premises)", context.True(), budget_ms);
  if (possible.kind == Answer::Kind::kUnknown) return Unknown{possible.reason};
  if (possible.kind == Answer::Kind::kUnsatisfiable) {
    return Proved{"vacuous: nothing satisfies the premises"};
  }
  const Answer answer = solver.Check(name, !goal, budget_ms);
  if (answer.kind == Answer::Kind::kUnknown) return Unknown{answer.reason};
  if (answer.kind == Answer::Kind::kUnsatisfiable) return Proved{};
  std::string witness;
  for (const Int& term : show) {
    witness +=
        (witness.empty() ? "" : ", ") + term.Text() + " = " + std::to_string(solver.Value(term));
  }
  return Refuted<std::string>{witness};
}

}  // namespace weir::smt
