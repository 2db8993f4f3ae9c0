/**
 * What a program needs of the surroundings to start and to behave: where programs, libraries and files of the user are,
 * language and time zone, the way to the network, which cards it may use. Everything else, tokens and passwords above
 * all, a pipeline hands over by name. None of it is part of a fingerprint.
 */
const SURROUNDINGS = new RegExp(
  `^(?:${[
    'PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|PWD',
    'LANG|LANGUAGE|LC_[A-Z]+|TZ|TZDIR',
    'TMPDIR|TMP|TEMP|XDG_[A-Z_]+',
    'LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|DYLD_FALLBACK_LIBRARY_PATH',
    'VIRTUAL_ENV|CONDA_PREFIX|CONDA_DEFAULT_ENV|NIX_PATH|NIX_SSL_CERT_FILE',
    'HTTP_PROXY|HTTPS_PROXY|ALL_PROXY|NO_PROXY|SSL_CERT_FILE|SSL_CERT_DIR',
    'CUDA_VISIBLE_DEVICES|CUDA_DEVICE_ORDER|CUDA_HOME|CUDA_PATH|NVIDIA_VISIBLE_DEVICES',
    'SLURM_(?!JWT$)[A-Z_]+', // of the job that it runs in: its number, cores, scratch folder
    // Windows programs do not start without these
    'SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA',
    'PROGRAMDATA|PROGRAMFILES|PROGRAMFILES\\(X86\\)|PROGRAMW6432|COMMONPROGRAMFILES|NUMBER_OF_PROCESSORS|OS|PROCESSOR_ARCHITECTURE',
  ].join('|')})$`,
  'i', // `http_proxy`, and Windows, where `Path` is one with `PATH`
);

type Environment = Readonly<Record<string, string | undefined>>;

/** What of an environment every program gets. */
export function runContextIn(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => SURROUNDINGS.test(name)));
}
