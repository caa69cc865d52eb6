import os
import pathlib
import re
import shutil
