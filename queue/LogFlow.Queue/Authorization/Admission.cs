namespace LogFlow.Queue;

/// <summary>How far a request gets. The default value: all of it goes on to its handler.</summary>
/// <param name="Answer">The whole answer: the handler is not asked. Null: it is.</param>
/// <param name="Complete">
/// Adds to the handler's answer what was refused, and takes out what the client may not see. It gets null where the
/// client expects no answer.
/// </param>
internal readonly record struct Admission<TResponse>(TResponse? Answer, Action<TResponse?>? Complete)
    where TResponse : class
{
    public static Admission<TResponse> Refused(TResponse answer) => new(answer, null);

    public static Admission<TResponse> Then(Action<TResponse> complete) => new(null, answer =>
    {
        if (answer is not null)
        {
            complete(answer);
        }
    });
}
