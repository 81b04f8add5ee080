namespace LogFlow.Appliance;

/// <summary>Each hands the words up to the cursor to <c>logflow complete</c>, and offers what that prints.</summary>
internal static class CompletionScripts
{
    /// <summary>Where nothing is proposed, bash completes names of files.</summary>
    private const string Bash =
        """
        # bash completion for logflow: source <(logflow completion bash)
        _logflow() {
            local IFS=$'\n'
            COMPREPLY=($("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            if declare -F __ltrim_colon_completions >/dev/null; then
                __ltrim_colon_completions "${COMP_WORDS[COMP_CWORD]}"
            fi
        }
        complete -o default -F _logflow logflow

        """;

    private const string Zsh =
        """
        #compdef logflow
        # zsh completion for logflow: source <(logflow completion zsh), after compinit
        _logflow() {
            local -a proposals
            proposals=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ -n "${proposals[1]}" ]]; then
                compadd -a proposals
            else
                _files
            fi
        }
        compdef _logflow logflow

        """;

    private const string Fish =
        """
        # fish completion for logflow: logflow completion fish | source
        function __logflow_complete
            set -l tokens (commandline -opc)
            set -l current (commandline -ct)
            $tokens[1] complete -- $tokens[2..-1] "$current" 2>/dev/null
        end
        complete -c logflow -a '(__logflow_complete)'

        """;

    /// <summary>The scripts by the name of their shell.</summary>
    public static IReadOnlyDictionary<string, string> ByShell { get; } = new SortedDictionary<string, string>
    {
        ["bash"] = Bash,
        ["fish"] = Fish,
        ["zsh"] = Zsh,
    };
}
