using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// Tries a line with the filters of a process, as its console shows it. A try changes nothing: it runs in a copy.
/// </summary>
public interface IPipelineTrial
{
    /// <summary>The filters that run, with their secrets masked: <c>text</c>.</summary>
    JsonObject Describe();

    /// <summary>
    /// Takes an input through the filters. Either <c>errors</c> (each with <c>line</c>, <c>column</c>, <c>length</c>,
    /// <c>message</c> and <c>remedy</c>), or <c>events</c>: each with its <c>steps</c>, its <c>result</c>, the
    /// <c>outputs</c> that it would go to or why it is a <c>deadLetter</c>; <c>cut</c> where that was too much. Runs
    /// for some seconds at most.
    /// </summary>
    /// <param name="input">A line, or a JSON object.</param>
    /// <param name="text">The filters; null: those that run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FormatException">Input or text is longer than what is tried.</exception>
    JsonObject Run(string input, string? text, CancellationToken cancellationToken);
}
