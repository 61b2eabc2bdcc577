/** The release label of the job server on one machine, which has no releases. Its jobs are measured and not billed. */
export const LOCAL_RELEASE = 'local';
