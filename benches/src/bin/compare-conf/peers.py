"""The peers that run under Python: prints what reading a file and asking it once cost, as JSON."""

import configparser
import json
import resource
import sys
import time

contender, directory, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
LTS = directory + "/etc/lts.conf"
LIMITS = directory + "/etc/security/limits.conf"
MAC = "00:16:3e:00:10:92"
USER, GROUP = "pupil04242", "@form042"


class ConfigParser:
    """lts.conf as an INI file; LIKE is followed by hand."""

    def read(self):
        parser = configparser.RawConfigParser(
            strict=False, delimiters=("=",), default_section="Default"
        )
        parser.optionxform = str
        with open(LTS) as file:
            parser.read_file(file)
        return parser

    def ask(self, parser):
        found = dict(parser.defaults())
        chain = [MAC]
        while chain:
            section = dict(parser.items(chain.pop(0)))
            if "LIKE" in section:
                chain.append(section["LIKE"])
            for key, value in section.items():
                found.setdefault(key, value)
        return found["HOSTNAME"]


class Lines:
    """limits.conf, line by line, into a list; the list is searched for an account."""

    def read(self):
        rules = []
        with open(LIMITS) as file:
            for line in file:
                fields = line.split("#", 1)[0].split()
                if len(fields) == 4:
                    rules.append(tuple(fields))
        return rules

    def ask(self, rules):
        found = {}
        for domain, kind, item, value in rules:
            if domain in (USER, GROUP, "*"):
                found[kind, item] = value
        return found["-", "core"]


class Augeas:
    """libaugeas: the whole file in its tree; one question is a path."""

    def __init__(self, lens, file, question):
        self.lens, self.file, self.question = lens, file, question

    def read(self):
        import augeas

        tree = augeas.Augeas(root=directory, flags=augeas.Augeas.NO_LOAD | augeas.Augeas.NO_MODL_AUTOLOAD)
        tree.add_transform(self.lens, self.file)
        tree.load()
        return tree

    def ask(self, tree):
        paths = tree.match("/files" + self.file + self.question)
        return [tree.get(path) for path in paths][0]


CONTENDERS = {
    "configparser": ConfigParser(),
    "lines": Lines(),
    "augeas-lts": Augeas("Puppet.lns", "/etc/lts.conf", "/" + MAC + "/*"),
    "augeas-limits": Augeas(
        "Limits.lns", "/etc/security/limits.conf", "/domain[. = '" + USER + "']/value"
    ),
}


def cost(action):
    best = None
    for _ in range(rounds):
        start = time.process_time()
        result = action()
        taken = time.process_time() - start
        best = taken if best is None else min(best, taken)
    return result, best


document, parse = cost(CONTENDERS[contender].read)
answer, ask = cost(lambda: CONTENDERS[contender].ask(document))
_, once = cost(lambda: CONTENDERS[contender].ask(CONTENDERS[contender].read()))
assert answer, "it found nothing"
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"parse": parse, "ask": ask, "once": once, "kibibytes": memory}))
