select salt
from pico.salts
where day = $1;
