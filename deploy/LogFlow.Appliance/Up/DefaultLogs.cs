namespace LogFlow.Appliance;

/// <summary>What <c>logflow up</c> reads when nothing is named: the logs that a Linux host usually has.</summary>
internal static class DefaultLogs
{
    /// <summary>
    /// Plain-text logs only. Debian and Ubuntu, Red Hat and SUSE name theirs differently; Apache on Red Hat has no
    /// ending at all.
    /// </summary>
    public static IReadOnlyList<string> Globs { get; } =
    [
        "/var/log/**/*.log",
        "/var/log/syslog",
        "/var/log/messages",
        "/var/log/secure",
        "/var/log/maillog",
        "/var/log/cron",
        "/var/log/nginx/*_log",
        "/var/log/apache2/*_log",
        "/var/log/httpd/*_log",
    ];
}
