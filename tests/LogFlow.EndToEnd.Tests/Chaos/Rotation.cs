namespace LogFlow.EndToEnd.Tests;

/// <summary>How a log is rotated.</summary>
internal enum Rotation
{
    /// <summary>app.log becomes app.log.1, which becomes app.log.2 before: logrotate's default.</summary>
    Rename,

    /// <summary>app.log becomes app.log-20261129-000017, and keeps that name: logrotate's dateext.</summary>
    Date,

    /// <summary>app.log is copied to a dated name and cut to nothing: logrotate's copytruncate.</summary>
    CopyTruncate,
}
