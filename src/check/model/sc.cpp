// Sequential consistency: a load reads the newest store, a store comes last (Lamport 1979).
#include "model/model.h"

namespace lockstep::runtime {
namespace {

u32 newest(Graph&, const Query& query, Store** out, u32) {
  out[0] = query.location->last;
  return 1;
}

}  // namespace

const Model kModelSc = {"sc", newest, newest, true};

}  // namespace lockstep::runtime
