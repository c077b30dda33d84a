#pragma once

namespace pico::app {

/// The program: reads the command line, runs the sub-command (serving is the default), returns the exit status.
/// 0: done; 1: it failed, standard error says why; 2: the command line is wrong.
int main(int argc, char** argv);

}  // namespace pico::app
