// Which fault of list.txt the proxy of this program has right now; 0: none.
#ifndef WEIR_TESTS_SIMULATOR_FAULTS_PLANTED_H_
#define WEIR_TESTS_SIMULATOR_FAULTS_PLANTED_H_

namespace weir::simulator {

inline int planted_fault = 0;
inline bool Planted(int fault) { return planted_fault == fault; }

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SIMULATOR_FAULTS_PLANTED_H_
