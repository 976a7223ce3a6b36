#include "proxy/exchange/deciding.h"

#include <array>

namespace weir::proxy {

using runtime::LimitVerdict;
using runtime::Step;
using Verdicts = std::array<LimitVerdict, runtime::Decision::kMaxCharges>;

Deciding::Deciding(ExchangeContext& context, Owner& owner)
    : context_(context),
      owner_(owner),
      deadline_(context.loop.timers(), [this] { OnDeadline(); }) {}

void Deciding::Start(const runtime::CanonicalRequest& request, Serving& serving) {
  request_ = &request;
  serving_ = &serving;
  decision_.emplace(serving.table(), request);
  Continue(decision_->Start());
}

void Deciding::Continue(Step step) {
  for (;;) {
    switch (step) {
      case Step::kNeedLimit:
        if (!Charge(step)) return;
        break;
      case Step::kNeedIdentity:
        step = Verify();
        break;
      case Step::kAnswer:
      case Step::kForward:
        return owner_.OnDecided(step);
    }
  }
}

bool Deciding::Charge(Step& step) {
  Verdicts verdicts;
  const ChargeResult result =
      context_.limits.Charge({serving_->policy(), decision_->charges()}, verdicts, *this);
  suspended_ = result.count == 0;
  if (suspended_) {
    deadline_.Arm(result.deadline);
    return false;
  }
  step = Take(std::span(verdicts).first(result.count));
  return true;
}

Step Deciding::Take(std::span<const LimitVerdict> verdicts) {
  if (verdicts.back().kind == LimitVerdict::Kind::kRefused) context_.metrics.limit_refusals.Add();
  return decision_->Resume(verdicts);
}

void Deciding::OnCharged(std::span<const LimitVerdict> verdicts) {
  suspended_ = false;
  deadline_.Cancel();
  Continue(Take(verdicts));
}

// None of the run is known to be admitted, so it is one wait for all of them.
void Deciding::OnDeadline() {
  suspended_ = false;
  context_.limits.Cancel(*this);
  Verdicts verdicts;
  verdicts.fill({.kind = LimitVerdict::Kind::kUnavailable});
  Continue(Take(std::span(verdicts).first(decision_->charges().size())));
}

Step Deciding::Verify() {
  runtime::Authenticator& authenticator = serving_->authenticator();
  const runtime::Identity identity =
      authenticator.Verify(decision_->jwt(), decision_->api_keys(), *request_,
                           runtime::UnixTime::FromMilliseconds(context_.loop.unix_ms()));
  identity_hold_ = authenticator.Hold();
  detail_ = identity.detail;
  return decision_->Resume(identity);
}

void Deciding::Cancel() {
  if (!suspended_) return;
  suspended_ = false;
  deadline_.Cancel();
  context_.limits.Cancel(*this);
}

void Deciding::Reset() {
  Cancel();
  decision_.reset();
  identity_hold_.reset();
  request_ = nullptr;
  serving_ = nullptr;
  detail_ = "";
}

}  // namespace weir::proxy
