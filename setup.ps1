# Finds a Python and hands over to the tested step list in app/cli/setup_steps.py.
#   .\setup.ps1 [run|test|prepare]     $env:PYTHON chooses the interpreter
# Written for Windows PowerShell 5.1 and PowerShell 7.

$question = 'import sys; sys.exit(sys.version_info < (3, 11))'
$candidates = @(@('py', '-3'), @('python3'), @('python'))
if ($env:PYTHON) {
    $candidates = @(, @($env:PYTHON)) + $candidates
}

Push-Location -LiteralPath $PSScriptRoot
try {
    foreach ($candidate in $candidates) {
        $program = $candidate[0]
        $options = @($candidate | Select-Object -Skip 1)
        if (-not (Get-Command $program -ErrorAction SilentlyContinue)) {
            continue
        }
        # Asked, not only looked up: "python" may be the stub that opens the Store.
        & $program @options -c $question *> $null
        if ($LASTEXITCODE -eq 0) {
            & $program @options -m app.cli.setup_steps @args
            exit $LASTEXITCODE
        }
    }
    [Console]::Error.WriteLine('Clientele needs Python 3.11 or newer, and none was found. Install one, or set PYTHON to its path.')
    exit 2
}
finally {
    Pop-Location
}
