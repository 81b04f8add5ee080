namespace LogFlow.Hosting;

/// <summary>The sentence of a log entry: its message, and the messages of the exception and its causes.</summary>
internal static class EntryText
{
    /// <summary>One line, safe to print.</summary>
    public static string Of(string message, Exception? error)
    {
        var text = message;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            text += ": " + cause.Message;
        }

        return LogText.Escape(SecretText.HideKnown(text));
    }
}
