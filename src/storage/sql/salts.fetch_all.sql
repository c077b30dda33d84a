select day, salt
from pico.salts
order by day;
