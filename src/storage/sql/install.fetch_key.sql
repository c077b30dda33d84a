select value
from pico.install
where key = $1;
