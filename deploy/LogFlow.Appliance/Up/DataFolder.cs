using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary>Where the appliance keeps its state.</summary>
internal static class DataFolder
{
    /// <summary>The option that names it.</summary>
    public static Option<string?> Option() => new("--data")
    {
        Description = $"Where state lives (default: {Choose(null)})",
        HelpName = "DIR",
    };

    /// <summary>
    /// The named folder, else /var/lib/logflow for root, else the XDG state folder
    /// (XDG Base Directory Specification 0.8: $XDG_STATE_HOME, by default ~/.local/state).
    /// </summary>
    public static string Choose(string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return Path.GetFullPath(named);
        }

        if (OperatingSystem.IsLinux() && Environment.UserName == "root")
        {
            return "/var/lib/logflow";
        }

        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
        {
            state = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        }

        return Path.Combine(state, "logflow");
    }
}
