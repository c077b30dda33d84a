#include "pico/app/cli.hpp"

int main(int argc, char** argv) { return pico::app::main(argc, argv); }
